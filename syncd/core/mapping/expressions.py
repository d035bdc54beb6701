"""The one expression language: Jinja2's, in its sandbox, cut down to arithmetic, comparisons and choices.

Numbers are exact fractions. Refused when the mapping is loaded: calls, attributes, subscripts, powers,
loops, any filter but ours. So an expression can neither reach the program nor grow without bounds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syncd.core.mapping.numbers import round_half_up
from syncd.core.mapping.paths import write_scalar

_LONGEST = 1000
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
_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction | int]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "//": lambda one, other: one // other,
    "%": lambda one, other: one % other,
}


def _write_text(value: object) -> str:
    return write_scalar(round_half_up(value, None) if isinstance(value, Fraction) else value)


def _round(value: object, decimals: int = 0) -> Fraction:
    return Fraction(round_half_up(_to_number(value), int(decimals)))


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


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with exact arithmetic."""

    intercepted_binops = frozenset(_OPERATIONS)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja2's own
        return _OPERATIONS[operator](_to_number(left), _to_number(right))


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
        except ZeroDivisionError:
            raise ValueError("the mapping's expression divides by zero") from None
        except (TemplateError, TypeError, ArithmeticError) as error:
            raise ValueError(f"the mapping's expression cannot be worked out: {error}") from None
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
    raise TypeError("it counts with a text; give that value `number: true`, and join texts with ~")
