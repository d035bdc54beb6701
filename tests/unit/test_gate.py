import pytest

from syncd.core.gate import (
    Gate,
    Go,
    Hold,
    HoldKind,
    Probe,
    Wait,
    after_operator,
    after_weather,
    hasten,
    next_step,
)


def weather(gate, now=0.0, is_probe=False, reason="the API is in trouble (503)", random01=1.0):
    return after_weather(gate, reason, now, random01=random01, first_s=1.0, cap_s=60.0, is_probe=is_probe)


def outage(now=0.0):
    gate = Gate()
    for _ in range(3):
        gate = weather(gate, now)
    return gate


def test_two_failures_leave_the_gate_open():
    gate = weather(weather(Gate()))
    assert gate == Gate(failures=2)
    assert next_step(gate, 0.0, probing=False) == Go()


def test_the_third_failure_in_a_row_is_an_outage():
    assert outage(100.0).hold == Hold(HoldKind.WEATHER, "the API is in trouble (503)", 100.0, 0, 101.0)


def test_in_an_outage_probes_back_off_with_jitter():
    gate, now, waits = outage(), 0.0, []
    for _ in range(8):
        waits.append(gate.hold.probe_at - now)
        now = gate.hold.probe_at
        gate = weather(gate, now, is_probe=True, reason="later")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (gate.hold.reason, gate.hold.since, gate.hold.tries) == ("later", 0.0, 8)
    assert weather(outage(), 10.0, is_probe=True, random01=0.5).hold.probe_at == 11.0


def test_one_probe_at_a_time():
    gate = outage(100.0)
    assert next_step(gate, 100.5, probing=False) == Wait(101.0)
    assert next_step(gate, 101.0, probing=False) == Probe()
    assert next_step(gate, 101.0, probing=True) == Wait(None)


def test_failures_of_calls_that_were_in_flight_when_the_gate_closed_change_nothing():
    gate = outage()
    assert weather(gate, 5.0) == gate
    gate = after_operator(Gate(), "403", 0.0, is_probe=False)
    assert weather(gate, 5.0) == gate
    assert after_operator(gate, "401", 5.0, is_probe=False) == gate


def test_what_only_the_operator_can_mend_holds_at_once_and_is_probed_ever_more_seldom():
    gate, now, waits = after_operator(Gate(), "401", 1000.0, is_probe=False), 1000.0, []
    assert gate.hold == Hold(HoldKind.OPERATOR, "401", 1000.0, 0, 1005.0)
    for _ in range(7):
        waits.append(gate.hold.probe_at - now)
        now = gate.hold.probe_at
        gate = after_operator(gate, "403", now, is_probe=True)
    assert waits == [5, 10, 20, 40, 60, 60, 60]
    assert (gate.hold.reason, gate.hold.since, gate.hold.tries) == ("403", 1000.0, 7)


@pytest.mark.parametrize("is_probe", [True, False])
def test_an_operators_hold_replaces_one_by_the_weather(is_probe):
    gate = after_operator(outage(), "401", 50.0, is_probe=is_probe)
    assert gate.hold == Hold(HoldKind.OPERATOR, "401", 50.0, 0, 55.0)


def test_bad_weather_for_a_probe_leaves_an_operators_hold_and_its_times():
    gate = weather(after_operator(Gate(), "401", 0.0, is_probe=False), 5.0, is_probe=True)
    assert gate.hold == Hold(HoldKind.OPERATOR, "401", 0.0, 1, 15.0)


def test_a_changed_secret_is_probed_at_once():
    gate = hasten(after_operator(Gate(), "401", 0.0, is_probe=False), 2.0)
    assert next_step(gate, 2.0, probing=False) == Probe()
    assert gate.hold.tries == 0
    assert hasten(gate, 3.0).hold.probe_at == 2.0
    assert hasten(Gate(failures=1), 2.0) == Gate(failures=1)
