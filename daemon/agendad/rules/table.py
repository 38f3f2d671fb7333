"""What a field is, and how a mapping is read by a table of fields.

The tables themselves are in `fields/`; the reader, the JSON Schema and the reference page all come from them, so
they cannot disagree. A key that is not in the table is named with its synonym, the nearest known key, or the place
where it belongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from agendad.diagnostics import Severity
from agendad.rules.source import Refused
from agendad.rules.spelling import listed, nearest
from agendad.rules.tree import Broken, Mapping, Node, Scalar
from agendad.rules.values import MANY, Reader, is_empty, mapping, problem, shown

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from collections.abc import Mapping as MappingOf

    from agendad.diagnostics import Diagnostic, Span

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Schema = dict[str, Any]

FEW = 20
"""Tables up to this size are shown whole when a key is unknown."""


@dataclass(frozen=True, slots=True)
class Field(Generic[T_co]):
    """One key: how its value is read, what it means, and how people call it otherwise.

    `example` is the value as it is written in YAML. `triggers` and `verbs` say with which the key makes sense (empty:
    with all). `may_be_empty` allows an empty list or mapping.
    """

    name: str
    read: Reader[T_co]
    means: str
    example: str
    schema: Schema
    synonyms: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    may_be_empty: bool = False
    required: bool = False


class Table:
    """The fields of one kind of mapping. `name` is how a message speaks of it (`a rule`)."""

    __slots__ = ("fields", "name", "synonyms")

    def __init__(self, name: str, *fields: Field[Any]) -> None:
        self.name = name
        self.fields: MappingOf[str, Field[Any]] = {field.name: field for field in fields}
        self.synonyms = {synonym: field.name for field in fields for synonym in field.synonyms}


class Found:
    """The values that were read from one mapping, by field."""

    __slots__ = ("_said", "broken", "keys", "meant", "node", "nodes", "problems", "values")

    def __init__(self, node: Mapping) -> None:
        self.node = node
        self.keys: dict[str, Scalar] = {}  # every known key that stands there, also where its value was refused
        self.nodes: dict[str, Node] = {}
        self.meant: set[str] = set()  # the keys that unknown ones were probably meant to be
        self.broken = False
        self.problems: list[Diagnostic] = []
        self._said: set[tuple[str, Span]] = set()
        self.values: dict[str, object] = {}

    def put(self, field: Field[Any], value: object) -> None:
        """Keep the value of a field."""
        self.values[field.name] = value

    def get(self, field: Field[T]) -> T | None:
        """The value of a field, None when it was not given or was refused."""
        return cast("T | None", self.values.get(field.name))

    def value(self, field: Field[T], default: T) -> T:
        """The value of a field, or `default`."""
        return cast("T", self.values.get(field.name, default))

    def __getitem__(self, field: Field[T]) -> T:
        """The value of a field that is known to be there."""
        return cast("T", self.values[field.name])

    def over(self, base: Found, keep: str, without: Container[str] = ()) -> Found:
        """These values over those of `base`; the key `keep` is the base's alone. Problems are this mapping's.

        Keys of `base` that are in `without` are left out.
        """
        merged = Found(self.node)
        merged.meant = base.meant | self.meant
        for name in (*(name for name in base.keys if name not in without), *self.keys):
            held = base if name == keep or name not in self.keys else self
            if name in held.keys:
                merged.keys[name] = held.keys[name]
                merged.nodes[name] = held.nodes[name]
                if name in held.values:
                    merged.values[name] = held.values[name]
        return merged

    def has(self, field: Field[Any]) -> bool:
        """Whether the key stands there, be its value good or not."""
        return field.name in self.keys

    def lacks(self, *names: str) -> bool:
        """Whether none of the keys stands there, not even in a wrong spelling."""
        return not any(name in self.keys or name in self.meant for name in names)

    def spans(self) -> dict[str, Span]:
        """The place of the value of each key."""
        return {name: node.span for name, node in self.nodes.items()}

    def report(self, node: Node, code: str, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """A problem of a node of this mapping; a second one of the same code about the same node says nothing new."""
        self.broken = self.broken or severity is Severity.ERROR
        found = problem(node, code, message, hint, severity)
        if (code, found.span) not in self._said:
            self._said.add((code, found.span))
            self.problems.append(found)

    def refuse_if_broken(self) -> None:
        """Raise Refused with all problems when any of them is an error."""
        if self.broken:
            raise Refused(self.problems)


def read_table(node: Mapping, table: Table, elsewhere: Iterable[tuple[str, Table]] = ()) -> Found:
    """The values of a mapping, and every problem in it. `elsewhere`: other places a key may belong to, with their name.

    Keys that begin with `x-` are passed over.
    """
    found = Found(node)
    for name, (key, value) in node.entries.items():
        if name.startswith("x-"):
            continue
        field = table.fields.get(name)
        if field is None:
            meant, hint = _meant(name, table, elsewhere) if len(found.problems) < MANY else ("", "")
            found.meant.add(meant)
            found.report(key, "unknown-key", f"unknown key `{shown(name)}`", hint)
            continue
        found.keys[name] = key
        found.nodes[name] = value
        if is_empty(value) and not (field.may_be_empty and not isinstance(value, Scalar)):
            hint = f"such as `{name}: {field.example}`" + ("" if field.required else ", or remove the key")
            found.report(key, "empty-value", f"`{name}` has no value", hint)
        elif isinstance(value, Broken):
            found.broken = True
        else:
            _read_field(found, field, value)
    return found


def read_whole(node: Node, table: Table, example: str) -> Found:
    """The values of a mapping that is a value itself; raises Refused with every problem in it.

    `example` is shown when the node is no mapping.
    """
    found = read_table(mapping(node, table.name, example), table)
    found.refuse_if_broken()
    return found


def _read_field(found: Found, field: Field[Any], value: Node) -> None:
    try:
        found.put(field, field.read(value))
    except Refused as refused:
        found.broken = True
        for each in refused.problems:
            found.problems.append(_with_example(each, field))


def _with_example(found: Diagnostic, field: Field[Any]) -> Diagnostic:
    """The problem of a field, with the field's example as its hint when it has none of its own."""
    if found.hint:
        return found
    from dataclasses import replace

    return replace(found, hint=f"such as `{field.name}: {field.example}`")


def _meant(name: str, table: Table, elsewhere: Iterable[tuple[str, Table]]) -> tuple[str, str]:
    """The key of the table that was probably meant (or empty), and the hint."""
    folded = name.casefold().replace("-", "_").replace(" ", "_")
    meant = folded if folded in table.fields else table.synonyms.get(folded, "")
    if meant:
        return meant, f"did you mean `{meant}`?"
    for place, other in elsewhere:
        there = folded if folded in other.fields else other.synonyms.get(folded)
        if there:
            return "", f"`{there}` belongs {place}"
    meant = nearest(folded, table.fields)
    if meant:
        return meant, f"did you mean `{meant}`?"
    near = nearest(folded, table.synonyms)
    if near:
        return table.synonyms[near], f"did you mean `{table.synonyms[near]}`?"
    few = len(table.fields) <= FEW
    return "", f"the keys here are {listed(table.fields, 'and')}" if few else ""
