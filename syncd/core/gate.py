"""Whether calls may leave: open, held by the weather (an outage) or held for the operator.

While a hold lasts, one probe at a time finds out whether it is over. A gate is a value: each function takes
one and returns the next. Sends nothing, draws nothing, asks no clock; times are monotonic seconds.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from syncd.core.pacing import backoff_s

OUTAGE_AFTER = 3
"""So many failures in a row are an outage; fewer are left to the orders' own retries."""

OPERATOR_PROBES_S = (5.0, 10.0, 20.0, 40.0, 60.0)
"""How long after the hold, and then after each failed probe, the next probe leaves; the last one repeats."""


class HoldKind(StrEnum):
    """Who has to act before calls may leave again."""

    WEATHER = "weather"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why no call leaves, and when the next probe does."""

    kind: HoldKind
    reason: str
    since: float
    tries: int  #: probes that failed
    probe_at: float


@dataclass(frozen=True, slots=True)
class Gate:
    """The state of the gate; without a hold it is open.

    `Gate()`, with nothing counted against it, is the gate after any answer that shows the API at work.
    """

    hold: Hold | None = None
    failures: int = 0  #: failures in a row while it was open


@dataclass(frozen=True, slots=True)
class Go:
    """The gate is open: any call may leave."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One call may leave, to find out whether the hold is over."""


@dataclass(frozen=True, slots=True)
class Wait:
    """No call may leave before `until`; None: until the probe that is on its way is answered."""

    until: float | None


Step = Go | Probe | Wait


def next_step(gate: Gate, now: float, probing: bool) -> Step:
    """Return what may happen now; `probing` says that a probe is on its way."""
    if gate.hold is None:
        return Go()
    if probing:
        return Wait(None)
    return Probe() if now >= gate.hold.probe_at else Wait(gate.hold.probe_at)


def after_weather(
    gate: Gate, reason: str, now: float, *, random01: float, first_s: float, cap_s: float, is_probe: bool
) -> Gate:
    """Return the gate after trouble on the way: it closes at the third failure in a row.

    The failure of a call that was in flight when the gate closed changes nothing. A probe that fails in an
    operator's hold leaves that hold as it is, with its own times of probing: the weather proves no cure.
    """
    hold = gate.hold
    if hold is None:
        if gate.failures + 1 < OUTAGE_AFTER:
            return Gate(failures=gate.failures + 1)
        probe_at = now + backoff_s(1, first_s, cap_s, random01)
        return Gate(Hold(HoldKind.WEATHER, reason, now, 0, probe_at), OUTAGE_AFTER)
    if not is_probe:
        return gate
    if hold.kind is HoldKind.OPERATOR:
        return replace(gate, hold=_plan_operator_probe(hold, now))
    tries = hold.tries + 1
    probe_at = now + backoff_s(tries + 1, first_s, cap_s, random01)
    return replace(gate, hold=replace(hold, reason=reason, tries=tries, probe_at=probe_at))


def after_operator(gate: Gate, reason: str, now: float, *, is_probe: bool) -> Gate:
    """Return the gate after an answer that only the operator can cure: it closes at once.

    Such a hold replaces one by the weather. The failure of a call that was in flight when it began changes
    nothing.
    """
    hold = gate.hold
    if hold is None or hold.kind is HoldKind.WEATHER:
        return replace(gate, hold=Hold(HoldKind.OPERATOR, reason, now, 0, now + OPERATOR_PROBES_S[0]))
    if not is_probe:
        return gate
    return replace(gate, hold=_plan_operator_probe(replace(hold, reason=reason), now))


def hasten(gate: Gate, now: float) -> Gate:
    """Return the gate after something that may be the cure, such as a changed secret file: probe at once."""
    if gate.hold is None:
        return gate
    return replace(gate, hold=replace(gate.hold, probe_at=min(gate.hold.probe_at, now)))


def _plan_operator_probe(hold: Hold, now: float) -> Hold:
    """Count one more failed probe and set the time of the next."""
    tries = hold.tries + 1
    wait_s = OPERATOR_PROBES_S[min(tries, len(OPERATOR_PROBES_S) - 1)]
    return replace(hold, tries=tries, probe_at=now + wait_s)
