"""The fields of `when:`, a state of the calendar, and the reader of one (section 2 of the language)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.rule import Hours, NoneIn, Share
from agendad.rules import grammar
from agendad.rules.fields.common import STRING
from agendad.rules.fields.selector import SCHEMA, mentions, read_selector
from agendad.rules.source import Refused
from agendad.rules.spelling import listed
from agendad.rules.table import Field, Found, Table, read_table
from agendad.rules.tree import Mapping, Node, Scalar
from agendad.rules.values import as_is, kind_of, parsed, refuse, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    from agendad.rules.values import Reader

    T = TypeVar("T")

EXAMPLE: Final = "{none: {meeting: one-on-one}, in: 30d}"

_NONE: Final = Field(
    "none",
    read_selector,
    "no matching event in the past `in`, and none planned in the next 14 days",
    "{meeting: one-on-one}",
    SCHEMA,
    synonyms=("no", "nothing", "missing", "absent", "without"),
)
_SHARE: Final = Field(
    "share",
    read_selector,
    "the share of the time of `of` that matching events take",
    "{meeting: internal}",
    SCHEMA,
    synonyms=("ratio", "percentage", "percent", "part", "proportion"),
)
_HOURS: Final = Field(
    "hours",
    read_selector,
    "the sum of the time that matching events take",
    "{rule: deep-work}",
    SCHEMA,
    synonyms=("sum", "time", "total", "duration", "minutes"),
)
_OF: Final = Field(
    "of",
    read_selector,
    "with `share`: the events whose time is the whole; all meetings without it",
    "{meeting: any}",
    SCHEMA,
    synonyms=("among", "whole", "out_of", "base"),
)
_IN: Final = Field(
    "in",
    as_is,
    "the past days or weeks; with `share` and `hours` also the `week`, `month`, `quarter`, `half-year` or `year` that "
    "holds now",
    "30d",
    STRING,
    synonyms=("over", "during", "within", "last", "past", "period", "for", "window"),
)
_ABOVE: Final = Field(
    "above",
    as_is,
    "fires when it is more: a percentage with `share`, a duration with `hours`",
    "90%",
    STRING,
    synonyms=("more_than", "max", "exceeds", "greater_than"),
)
_BELOW: Final = Field(
    "below",
    as_is,
    "fires when it is less",
    "2h",
    STRING,
    synonyms=("less_than", "min", "under", "fewer_than"),
)
STATE: Final = Table("`when`", _NONE, _SHARE, _HOURS, _OF, _IN, _ABOVE, _BELOW)

_days = parsed("bad-duration", grammar.parse_days)
_span = parsed("bad-duration", grammar.parse_span)
_percent = parsed("bad-percent", grammar.parse_percent)
_sum = parsed("bad-duration", grammar.parse_hours)
_FORMS: Final = ("none", "share", "hours")


def read_state(node: Node) -> NoneIn | Share | Hours:
    """`when:`; raises Refused with every problem in it."""
    if not isinstance(node, Mapping):
        refuse(node, "wrong-type", f"`when` has to be a mapping, not {kind_of(node)}", _meant(node))
    found = read_table(node, STATE)
    forms = [name for name in found.keys if name in _FORMS]
    if found.lacks(*_FORMS):
        found.report(node, "missing-key", "`when` does not say which state", f"such as `when: {EXAMPLE}`")
    for name in forms[1:]:
        message = f"`when` looks at one state: `{forms[0]}` or `{name}`"
        found.report(found.keys[name], "no-sense", message, "make two rules of it")
    found.refuse_if_broken()
    if forms[0] == "none":
        _refuse(found, ("of", "above", "below"), "with `none`, which is true or false")
        days = _value(found, _IN, _days, "such as `in: 30d`")
        found.refuse_if_broken()
        return NoneIn(found[_NONE], _there(days))
    span = _value(found, _IN, _span, "such as `in: 30d` or `in: week`")
    if forms[0] == "share":
        share = _bound(found, _percent, "90%")
        found.refuse_if_broken()
        return Share(found[_SHARE], found.get(_OF), _there(span), *share)
    _refuse(found, ("of",), "with `hours`, which is a sum")
    hours = _bound(found, _sum, "2h")
    found.refuse_if_broken()
    return Hours(found[_HOURS], _there(span), *hours)


def _there(value: T | None) -> T:
    """A value that is there, because `refuse_if_broken` would have raised without it."""
    if value is None:
        raise Refused
    return value


def _meant(node: Node) -> str:
    """A phrase that was meant for `every`, or an example."""
    if isinstance(node, Scalar):
        try:
            grammar.parse_phrase(phrase := node.text.strip().removeprefix("every ")[:200])
        except grammar.GrammarError:
            pass
        else:
            return f"did you mean `every: {shown(phrase)}`?"
    return f"such as `when: {EXAMPLE}`"


def _refuse(found: Found, names: tuple[str, ...], why: str) -> None:
    for name in names:
        if name in found.keys:
            found.report(found.keys[name], "no-sense", f"`{name}` makes no sense {why}", "remove it")


def _value(found: Found, field: Field[Node], read: Reader[T], example: str) -> T | None:
    """The value of a field whose type depends on the form; reports what is wrong with it, or that it is missing."""
    node = found.get(field)
    if node is None:
        found.report(found.node, "missing-key", f"`when` needs `{field.name}`", example)
        return None
    try:
        return read(node)
    except Refused as refused:
        found.broken = True
        found.problems.extend(refused.problems)
        return None


def _bound(found: Found, read: Reader[T], example: str) -> tuple[T | None, T | None]:
    """`above` and `below`, of which exactly one is given."""
    given = [field for field in (_ABOVE, _BELOW) if found.has(field)]
    if not given:
        message = "`when` does not say from which bound on"
        hint = f"add {listed((f'above: {example}', f'below: {example}'))}"
        found.report(found.node, "missing-key", message, hint)
        return None, None
    if len(given) == 2:
        message = "one state is above or below its bound, not both"
        found.report(found.keys["below"], "no-sense", message, "make two rules of it")
        return None, None
    value = _value(found, given[0], read, example)
    if value == 0 and given[0] is _BELOW:
        found.report(found.nodes["below"], "no-sense", "nothing is below zero", f"such as `below: {example}`")
    return (value, None) if given[0] is _ABOVE else (None, value)


def state_mentions(node: Node) -> Iterator[tuple[str, Scalar]]:
    """What the selectors of a `when` name, as `selector.mentions`; for one that was read without a problem."""
    for name in (*_FORMS, "of"):
        if isinstance(node, Mapping) and name in node.entries:
            yield from mentions(node.entries[name][1])
