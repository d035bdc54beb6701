from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.gate import (
    OUTAGE_AFTER,
    Gate,
    Go,
    HoldKind,
    Probe,
    Wait,
    after_operator,
    after_weather,
    hasten,
    next_step,
)

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["good", "weather", "operator", "hasten"]),
        st.booleans(),
        st.floats(0, 100),
        st.floats(0, 0.999),
    ),
    max_size=40,
)


def apply(gate, what, is_probe, now, random01):
    match what:
        case "good":
            return Gate()
        case "weather":
            return after_weather(gate, "503", now, random01=random01, first_s=1.0, cap_s=60.0, is_probe=is_probe)
        case "operator":
            return after_operator(gate, "401", now, is_probe=is_probe)
        case _:
            return hasten(gate, now)


@settings(deadline=None, max_examples=200)
@given(EVENTS)
def test_whatever_happens_the_gate_is_open_or_a_probe_is_due_within_a_minute(events):
    gate, now = Gate(), 0.0
    for what, is_probe, gap, random01 in events:
        now += gap
        gate = apply(gate, what, is_probe, now, random01)
        step = next_step(gate, now, probing=False)
        if gate.hold is None:
            assert step == Go()
            assert gate.failures < OUTAGE_AFTER
            continue
        assert next_step(gate, now, probing=True) == Wait(None)
        if step != Probe():
            assert now < step.until <= now + 60
            assert next_step(gate, step.until, probing=False) == Probe()


@settings(deadline=None, max_examples=200)
@given(EVENTS)
def test_a_hold_ends_by_a_good_answer_only_and_moves_by_its_probes_only(events):
    gate, now = Gate(), 0.0
    for what, is_probe, gap, random01 in events:
        now += gap
        before, gate = gate, apply(gate, what, is_probe, now, random01)
        if before.hold is None or what == "good":
            continue
        assert gate.hold is not None
        if before.hold.kind is HoldKind.OPERATOR:
            assert (gate.hold.kind, gate.hold.since) == (HoldKind.OPERATOR, before.hold.since)
        if not is_probe and what != "hasten" and gate.hold.kind is before.hold.kind:
            assert gate == before
