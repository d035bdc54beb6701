"""The one expression language: Jinja2's, in its sandbox, cut down to arithmetic, comparisons and choices.

Numbers are exact fractions. Refused when the mapping is loaded: calls, attributes, subscripts, powers,
loops, any filter but ours; and where it is worked out, a text or a number beyond all measure. So an expression
can neither reach the program nor grow without bounds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from math import isfinite
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syncd.core.mapping.numbers import round_half_up
from syncd.core.mapping.paths import write_scalar

_LONGEST = 1000
_LONGEST_TEXT = 64 * 1024  # characters of a result
_MOST_BITS = 4000  # of a number's numerator, and of its denominator
_MOST_DECIMALS = 6
_ALLOWED = (
    nodes.Name,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.Pos,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Concat,
    nodes.Tuple,
    nodes.List,
)
_FORBIDDEN = {
    "Getattr": "a point behind a name",
    "Getitem": "[ ] behind a name",
    "Call": "a call with ( )",
    "Pow": "**",
    "Dict": "{ }",
    "Test": "a test",
}
_CURE = "use arithmetic, comparisons, if-else, and filters such as | round(2)"
_NO_ELSE = "an if in it has no else, and its value is needed"
_NO_COMPARISON = "it compares a number with a text; give that value `number: true`"
_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction | int]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "//": lambda one, other: one // other,
    "%": lambda one, other: one % other,
}


class _UselessError(Exception):
    """Why an expression has no result, in words of ours: half a sentence."""


def _write_text(value: object) -> str:
    return _bound_text(write_scalar(value))


def _bound_text(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise _UselessError(f"it makes a text of more than {_LONGEST_TEXT} characters")
    return text


def _bound_number(number: Fraction) -> Fraction:
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MOST_BITS:
        raise _UselessError("it makes a number of more digits than any order needs")
    return number


def _round(value: object, decimals: object = 0) -> Fraction:
    number = _to_number(value)
    if decimals not in range(_MOST_DECIMALS + 1):
        raise _UselessError(f"it rounds to other than 0 to {_MOST_DECIMALS} decimals")
    return Fraction(round_half_up(number, int(_to_number(decimals))))


def _default(value: object, fallback: object) -> object:
    return fallback if value is None else value


_FILTERS: dict[str, Callable[..., Any]] = {
    "round": _round,
    "abs": lambda value: abs(_to_number(value)),
    "default": _default,
    "text": _write_text,
    "lower": lambda value: _write_text(value).lower(),
    "upper": lambda value: _write_text(value).upper(),
    "length": lambda value: len(_write_text(value)),
}
_ARGUMENTS = {"round": (0, 1), "default": (1, 1)}
"""How few and how many values a filter takes in ( ); the others take none."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with exact arithmetic."""

    intercepted_binops = frozenset(_OPERATIONS)
    intercepted_unops = frozenset("+-")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja2's own
        return _bound_number(Fraction(_OPERATIONS[operator](_to_number(left), _to_number(right))))

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:  # noqa: ARG002 - Jinja2's own
        return -_to_number(arg) if operator == "-" else _to_number(arg)


def _make_environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, optimized=False)
    environment.globals.clear()
    environment.filters = dict(_FILTERS)
    environment.tests = {name: environment.tests[name] for name in ("none", "in", "eq", "ne", "lt", "le", "gt", "ge")}
    return environment


_ENVIRONMENT = _make_environment()


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression."""

    names: frozenset[str]  #: the values it reads
    takes_empty: bool  #: it says itself what to do where a value is empty
    run: Callable[..., object]
    constants: dict[str, Fraction]

    def evaluate(self, values: dict[str, object]) -> object:
        """Given its values (numbers, texts, booleans, None), return its own. Raise ValueError with half a sentence."""
        try:
            result = self.run(values | self.constants)
            if isinstance(result, str):
                _bound_text(result)
        except ZeroDivisionError:
            raise ValueError("the mapping's expression divides by zero") from None
        except _UselessError as useless:
            raise ValueError(f"the mapping's expression cannot be worked out: {useless}") from None
        except TemplateError:  # of all that Jinja2 has to say, this alone is left
            raise ValueError(f"the mapping's expression cannot be worked out: {_NO_ELSE}") from None
        except (TypeError, ArithmeticError):
            raise ValueError(f"the mapping's expression cannot be worked out: {_NO_COMPARISON}") from None
        return None if isinstance(result, Undefined) else result


def compile_expression(text: str) -> Expression:
    """Given an expression, return it compiled. Raise ValueError with half a sentence for one of no use."""
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters; split it into named values")
    try:
        return _compile(text)
    except (TemplateError, RecursionError) as error:
        why = _say_syntax(str(error.message), text) if isinstance(error, TemplateError) else "it is nested too deeply"
        raise ValueError(f"is no expression: {why}") from None


def _compile(text: str) -> Expression:
    if "{{" in text or "{%" in text:
        raise ValueError("is no expression: write it without {{ }} and {% %} around it")
    body = _ENVIRONMENT.parse("{{ " + text + " }}").body
    if len(body) != 1 or not isinstance(body[0], nodes.Output) or len(body[0].nodes) != 1:
        raise ValueError("is no expression; write one, without {{ }} around it")
    names: set[str] = set()
    takes_empty = False
    for node in body[0].find_all(nodes.Expr):
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            near = get_close_matches(node.name, _FILTERS, n=1)
            cure = f"did you mean {near[0]}?" if near else f"there are {', '.join(_FILTERS)}"
            raise ValueError(f"uses the filter {node.name}, which there is not; {cure}")
        if isinstance(node, nodes.Filter):
            _check_filter(node)
        if isinstance(node, nodes.Test) and node.name not in _ENVIRONMENT.tests:
            raise ValueError(f"uses the test {node.name}, which there is not; there are none and comparisons: == < >")
        if not isinstance(node, _ALLOWED):
            word = _FORBIDDEN.get(type(node).__name__, "a construct")
            raise ValueError(f"uses {word}, which a mapping does not allow; {_CURE}")  # noqa: TRY004
        if isinstance(node, nodes.Name):
            names.add(node.name)
        takes_empty |= isinstance(node, nodes.Filter | nodes.Test) and node.name in {"default", "none"}
    choices = [operand.expr for operand in body[0].find_all(nodes.Operand)]
    if any(all(each is not choice for choice in choices) for each in body[0].find_all((nodes.Tuple, nodes.List))):
        raise ValueError("is a list, as it has a comma; decimals have a point: 1.19")
    constants: dict[str, Fraction] = {}
    expression = _exact(body[0].nodes[0], constants)
    template = nodes.Template([nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)], lineno=1)
    run = TemplateExpression(_ENVIRONMENT.from_string(template), undefined_to_none=False)
    return Expression(frozenset(names), takes_empty, run, constants)


def _check_filter(node: nodes.Filter) -> None:
    """Raise ValueError with half a sentence where a filter is given what it cannot take."""
    least, most = _ARGUMENTS.get(node.name, (0, 0))
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not least <= len(node.args) <= most:
        takes = "takes nothing in ( )"
        if most:
            takes = "takes the decimals in ( ), as round(2)" if node.name == "round" else "takes one value in ( )"
        raise ValueError(f"gives the filter {node.name} what it cannot take; it {takes}")
    for told in node.args if node.name == "round" else ():
        fits = isinstance(told, nodes.Const) and told.value in range(_MOST_DECIMALS + 1)
        if isinstance(told, nodes.Const | nodes.Neg) and not fits:
            raise ValueError(f"rounds to other than 0 to {_MOST_DECIMALS} decimals; write it as round(2)")


def _say_syntax(said: str, text: str) -> str:
    """Return what Jinja2 says in words for who writes expressions, not templates."""
    if re.search(r"[^=<>!]=[^=]", text):
        return "write == to compare"
    found = re.search(r"(?:got|unexpected|unexpected char) (['\"])(.+?)\1", said)
    if found is None:
        return said
    if found[2] in {"end of print statement", "}"}:
        return "it ends too early"
    return f"{found[2]} cannot stand where it does; is an operator, a quote or a bracket missing before it?"


def _exact(node: Any, constants: dict[str, Fraction]) -> nodes.Expr:
    """Return a node with fractions for its numbers and with texts where texts are joined."""
    if isinstance(node, nodes.Const) and isinstance(node.value, float):
        if not isfinite(node.value):
            raise ValueError("has a number of more digits than any order needs")
        name = f"_number{len(constants)}"
        constants[name] = Fraction(Decimal(repr(node.value)))
        return nodes.Name(name, "load", lineno=node.lineno)
    for field, value in node.iter_fields():
        if isinstance(value, nodes.Expr):
            setattr(node, field, _exact(value, constants))
        elif isinstance(value, list):
            setattr(node, field, [_exact(each, constants) if isinstance(each, nodes.Node) else each for each in value])
    if isinstance(node, nodes.Concat):
        node.nodes = [nodes.Filter(each, "text", [], [], None, None, lineno=node.lineno) for each in node.nodes]
    exact: nodes.Expr = node
    return exact


def _to_number(value: object) -> Fraction:
    if isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, Undefined):
        raise _UselessError(_NO_ELSE)
    raise _UselessError("it counts with a text; give that value `number: true`, and join texts with ~")
