"""Changes to the text of people.yaml that leave every other byte as it is: entries more, a note more.

Called by `people_edit.py`, which reads each result again before it is written. The places come from the tree of the
file; a mapping in braces is continued in braces, one of lines in lines.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from agendad.rules.people import NAME
from agendad.rules.tree import Mapping, Node, Scalar, Sequence, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agendad.model.settings import Person
    from agendad.rules.tree import Document

_BOM: Final = "\ufeff"
_STEP: Final = 2
_PLAIN: Final = re.compile(r"[^\W\d_](?:[\w .()/'+@&-]*[\w.)])?")
_REST: Final = re.compile(r"[^\r\n]*")
_BELOW: Final = re.compile(r"\s*")
_WORDS_OF_YAML: Final = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))


def with_entries(data: bytes, people: Iterable[Person]) -> bytes:
    """The bytes of the file with new entries behind those below `people:`; of an empty file, with its head as well."""
    text = _Text(parse(NAME, data), data)
    root = text.document.root
    if not isinstance(root, Mapping):
        place, margin, head = len(text.text), 0, ["version: 1", "people:"]
        return text.appended(place, [*head, *_entries(people, margin + _STEP)])
    key, node = root.entries.get("people", (None, None))
    if isinstance(node, Mapping) and text.is_flow(node):
        return text.continued(node, ", ".join(_flow_entry(each) for each in people))
    if key is None and text.is_flow(root):
        return text.continued(root, f"people: {{{', '.join(_flow_entry(each) for each in people)}}}")
    head = []
    if key is None:
        place, margin, head = _end(text, root), text.column(root) + _STEP, [f"{' ' * text.column(root)}people:"]
    elif isinstance(node, Mapping):
        place, margin = _end(text, node), text.column(node)
    else:
        place, margin = key.end, text.column(key) + _STEP
    return text.appended(place, [*head, *_entries(people, margin, literal=not text.is_comment_below(place))])


def with_note(data: bytes, id_: str, note: str) -> bytes:
    """The bytes of the file with one line more in the notes of an entry that is there."""
    text = _Text(parse(NAME, data), data)
    entry = _entry(text.document.root, id_)
    key, node = entry.entries.get("notes", (None, None))
    if key is None and text.is_flow(entry):
        return text.continued(entry, f"notes: {_quoted(note)}")
    if key is None or not isinstance(node, Scalar):
        return text.appended(_end(text, entry), _field("notes", note, text.column(entry), literal=False))
    if text.is_block_scalar(node) and text.text[node.start] == "|":
        return text.lengthened(node, note)
    notes = f"{node.text.rstrip()}\n{note}"
    if text.is_flow(entry) or not text.is_line_over(node.end) or text.is_comment_below(node.end):
        return text.replaced(node, _quoted(notes))
    return text.replaced(node, text.lines(_value(notes, text.column(key), literal=True)).removesuffix(text.newline))


class _Text:
    """The characters of a file and how it is laid out; each method gives the bytes of a changed one."""

    def __init__(self, document: Document, data: bytes) -> None:
        self.document = document
        self.text = document.source.text
        self._bom = _BOM if data.startswith(_BOM.encode()) else ""
        line_end = re.search(r"\r\n|\n|\r", self.text)
        self.newline = line_end.group() if line_end else "\n"

    def is_flow(self, node: Node) -> bool:
        """Whether a mapping stands in braces."""
        return self.text.startswith("{", node.start)

    def is_block_scalar(self, node: Scalar) -> bool:
        """Whether a text stands below a `|` or `>`."""
        return not node.plain and self.text[node.start : node.start + 1] in {"|", ">"}

    def column(self, node: Node) -> int:
        """How far the first line of a node is indented, counted from 0."""
        return node.span.column - 1

    def is_line_over(self, place: int) -> bool:
        """Whether nothing but white space stands between a place and the end of its line (or it begins a line)."""
        if place > 0 and self.text[place - 1] in "\r\n":
            return True
        rest = _REST.match(self.text, place)
        return rest is None or not rest[0].strip()

    def is_comment_below(self, place: int) -> bool:
        """Whether the next line with text is a comment, which a text below a `|` in front of it would swallow."""
        below = _BELOW.match(self.text, self.below(place))
        return below is not None and self.text.startswith("#", below.end())

    def below(self, place: int) -> int:
        """Where the line after that of a place begins; the place itself where it begins a line."""
        if place == 0 or self.text[place - 1] in "\r\n":
            return place
        rest = _REST.match(self.text, place)
        place = rest.end() if rest else place
        return place + (len(self.newline) if self.text.startswith(self.newline, place) else 0)

    def lines(self, lines: Iterable[str]) -> str:
        """Lines with the line ends of the file."""
        return "".join(f"{line}{self.newline}" for line in lines)

    def appended(self, place: int, lines: Iterable[str]) -> bytes:
        """With lines below the line of a place; at once where the place begins a line."""
        place = self.below(place)
        is_open = place > 0 and self.text[place - 1] not in "\r\n"
        return self.inserted(place, (self.newline if is_open else "") + self.lines(lines))

    def continued(self, node: Mapping, item: str) -> bytes:
        """With one item more in a mapping in braces."""
        if not node.entries:
            return self.inserted(node.start + 1, item)
        return self.inserted(_end(self, node, inside=True), f", {item}")

    def lengthened(self, node: Scalar, line: str) -> bytes:
        """With one line more in a text below a `|`, before the empty lines at its end."""
        body = self.text[node.start : node.end]
        end = node.start + len(body.rstrip())
        margins = re.findall(r"[\r\n]([ \t]+)\S", body)
        margin = margins[0] if margins else " " * (self.column(node) + _STEP)
        return self.inserted(end, f"{self.newline}{margin}{line}")

    def replaced(self, node: Scalar, value: str) -> bytes:
        """With another value in the place of a text."""
        body = self.text[node.start : node.end]
        tail = body[len(body.rstrip()) :] if self.is_block_scalar(node) else ""
        return self._bytes(self.text[: node.start] + value + tail + self.text[node.end :])

    def inserted(self, place: int, text: str) -> bytes:
        """With a text at a place."""
        return self._bytes(self.text[:place] + text + self.text[place:])

    def _bytes(self, text: str) -> bytes:
        return (self._bom + text).encode()


def _entry(root: Node | None, id_: str) -> Mapping:
    """The entry of a person that is known to be there."""
    people = root.entries["people"][1] if isinstance(root, Mapping) else None
    found = people.entries if isinstance(people, Mapping) else {}
    entry = next(value for key, value in found.values() if key.text.strip() == id_)
    if not isinstance(entry, Mapping):
        raise KeyError(id_)
    return entry


def _end(text: _Text, node: Node, *, inside: bool = False) -> int:
    """Where the own text of a node ends, without the comments and empty lines that follow it.

    `inside`: where the last item of a mapping in braces ends.
    """
    if isinstance(node, Mapping) and node.entries and (inside or not text.is_flow(node)):
        key, value = next(reversed(node.entries.values()))
        return max(key.end, _end(text, value))
    if isinstance(node, Sequence) and node.items and text.text[node.start] != "[":
        return _end(text, node.items[-1])
    return node.end


def _entries(people: Iterable[Person], margin: int, *, literal: bool = True) -> Iterator[str]:
    """Entries of several lines each. `literal`: texts of several lines may stand below a `|`."""
    for person in people:
        yield f"{' ' * margin}{_scalar(person.id)}:"
        for name, value in _fields(person):
            yield from _field(name, value, margin + _STEP, literal=literal)


def _field(name: str, value: str | int | tuple[str, ...], margin: int, *, literal: bool) -> Iterator[str]:
    """One key with its value, from a margin on."""
    first, *rest = _value(value, margin, literal=literal) if isinstance(value, str) else [_flow(value)]
    yield f"{' ' * margin}{name}: {first}"
    yield from rest


def _value(text: str, margin: int, *, literal: bool) -> list[str]:
    """A text as the value of a key that stands at a margin; of several lines below a `|-` where that is possible."""
    lines = text.split("\n")
    if not literal or len(lines) == 1 or not lines[0] or lines[0][0].isspace() or not lines[-1].strip():
        return [_scalar(text)]
    inner = " " * (margin + _STEP)
    return ["|-", *(f"{inner}{line}" if line else "" for line in lines)]


def _flow_entry(person: Person) -> str:
    """An entry on one line."""
    return f"{_scalar(person.id)}: {{{', '.join(f'{name}: {_flow(value)}' for name, value in _fields(person))}}}"


def _flow(value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value) if isinstance(value, str) else str(value)


def _fields(person: Person) -> Iterator[tuple[str, str | int | tuple[str, ...]]]:
    """What there is to write of somebody, in the order of the documentation."""
    values: tuple[tuple[str, str | int | tuple[str, ...] | None], ...] = (
        ("name", person.name),
        ("emails", person.emails),
        ("groups", tuple(sorted(person.groups))),
        ("tier", person.tier),
        ("language", person.language),
        ("timezone", person.timezone),
        ("topics", person.topics),
        ("met", person.met),
        ("notes", person.notes),
    )
    for name, value in values:
        if value not in (None, "", ()):
            yield name, value


def _scalar(text: str) -> str:
    """Text as YAML: as it is where every reader takes it for text, else in quotes."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML else _quoted(text)


def _quoted(text: str) -> str:
    """Text in double quotes; what JSON writes is YAML."""
    return json.dumps(text, ensure_ascii=False)
