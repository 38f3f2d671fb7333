"""YAML to a tree of nodes that know their place; made from parse events, so that nothing is guessed.

`load` calls `parse` for every file. A scalar stays the text that was written and the field decides what it means, so
`12:30`, `no` and `010` are what they look like. What the rule language does not allow of YAML (anchors, aliases, tags,
merge keys, duplicate keys, a second document, depth beyond 32) is refused here, each with its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import yaml

from agendad.rules.source import Source, decode
from agendad.rules.syntax import explain

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic, Span

MAX_DEPTH: Final = 32

# libyaml reads a file about fifteen times faster; the pure parser gives the same events.
FASTEST: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTY: Final = re.compile(r"[&!][^\s,\[\]{}]*\s*")
_BAD_CHARACTER: Final = re.compile("[^\t\n\r\\x20-\\x7e\\xa0-\ud7ff\ue000-\U0010ffff]")


class Node:
    """A value and its place: `start` and `end` are offsets in `source.text`, half-open."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def span(self) -> Span:
        """The place of the first line of the node."""
        return self.source.span(self.start, self.end)


class Scalar(Node):
    """Text; `plain` is false when it stood in quotes or in a block (`|`, `>`)."""

    __slots__ = ("plain", "text")

    def __init__(self, source: Source, start: int, end: int, text: str, *, plain: bool = True) -> None:
        super().__init__(source, start, end)
        self.text = text
        self.plain = plain

    def part(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the source of `text[start:end]`; of the whole node where escapes or folding moved characters."""
        for shift in (0, 1):  # plain, or behind a quote
            first = self.start + shift
            if self.source.text[first : self.end - shift] == self.text:
                return first + start, max(first + end, first + start)
        return self.start, self.end


class Sequence(Node):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int) -> None:
        super().__init__(source, start, end)
        self.items: list[Node] = []


class Mapping(Node):
    """Keys with their values, in the order of the file; keys are unique."""

    __slots__ = ("entries", "template")

    def __init__(self, source: Source, start: int, end: int) -> None:
        super().__init__(source, start, end)
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.template = False  # it was `{{ name }}` without quotes, which YAML reads as a mapping


class Broken(Node):
    """Stands where something was refused, so that its absence is not reported a second time."""

    __slots__ = ()


class Document:
    """One file as a tree; `root` is None when it is empty or cannot be parsed (`problems` tells which)."""

    __slots__ = ("problems", "root", "source")

    def __init__(self, source: Source, root: Node | None, problems: tuple[Diagnostic, ...]) -> None:
        self.source = source
        self.root = root
        self.problems = problems


def parse(file: str, data: bytes, loader: type[yaml.SafeLoader] = FASTEST) -> Document:
    """The tree of a file of at most 1 MiB. Never raises: what is wrong is in `problems`."""
    source, problems = decode(file, data)
    if problems:
        return Document(source, None, problems)
    builder = _Builder(source)
    try:
        builder.build(loader)
    except yaml.YAMLError as error:
        builder.root = None
        builder.problems.append(explain(source, error))
    except _TooDeep:
        builder.root = None
    return Document(source, builder.root, tuple(builder.problems))


class _TooDeep(Exception):
    pass


class _Builder:
    """Turns the events of one file into nodes; an explicit stack, so that depth costs no recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.problems: list[Diagnostic] = []
        self.stack: list[Mapping | Sequence] = []
        self.keys: list[Node | None] = []  # for each mapping on the stack, the key that waits for its value

    def build(self, loader: type[yaml.SafeLoader]) -> None:
        """Reads all events; raises yaml.YAMLError where the text is no YAML."""
        documents = 0
        for event in yaml.parse(self.source.text, Loader=loader):
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    start, _ = _place(event)
                    hint = "move what follows into a file of its own"
                    self._refuse(start, start + 3, "second-document", "a second document begins here", hint)
                    return

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = self._properties(event)
        bad = _BAD_CHARACTER.search(event.value) if event.style == '"' else None  # only escapes can bring one in
        if bad is None:
            self._add(Scalar(self.source, start, end, event.value, plain=not event.style))
            return
        message = f"the text holds the character U+{ord(bad.group()):04X}"
        self._refuse(start, end, "control-character", message, "remove the escape sequence")
        self._add(Broken(self.source, start, end))

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        start, end = self._properties(event)
        if len(self.stack) == MAX_DEPTH:
            self._refuse(start, start + 1, "too-deep", f"nesting is deeper than {MAX_DEPTH} levels")
            raise _TooDeep
        kind = Mapping if isinstance(event, yaml.MappingStartEvent) else Sequence
        self.stack.append(kind(self.source, start, end))
        self.keys.append(None)

    def _close(self, event: yaml.MappingEndEvent | yaml.SequenceEndEvent) -> None:
        node = self.stack.pop()
        self.keys.pop()
        node.end = max(node.end, _place(event)[1])
        broken = isinstance(node, Mapping) and node.template
        self._add(Broken(self.source, node.start, node.end) if broken else node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        start, end = _place(event)
        name = self.source.text[start:end]
        hint = "write the value out, or put quotes around text that begins with `*`"
        self._refuse(start, end, "alias", f"aliases such as `{name}` are not read", hint)
        self._add(Broken(self.source, start, end))

    def _add(self, node: Node) -> None:
        """Puts a finished node where it belongs."""
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        key = self.keys[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            self.keys[-1] = node
        else:
            self.keys[-1] = None
            self._entry(parent, key, node)

    def _entry(self, mapping: Mapping, key: Node, value: Node) -> None:
        if isinstance(key, Mapping) and self.source.text.startswith("{{", mapping.start):
            mapping.template = True
            message = "text that begins with `{{` needs quotes"
            self._refuse(mapping.start, mapping.start + 2, "unquoted-template", message, "put the whole text in quotes")
        elif isinstance(key, Mapping | Sequence):
            self._refuse(key.start, key.end, "bad-key", "a key is a word, not a list or a mapping")
        elif isinstance(key, Scalar) and key.plain and key.text == "<<":
            hint = "write the keys out in each place"
            self._refuse(key.start, key.end, "merge-key", "merge keys are not read", hint)
        elif isinstance(key, Scalar) and key.text in mapping.entries:
            message = f"`{key.text}` stands here a second time"
            hint = f"the first is on line {mapping.entries[key.text][0].span.line}; keep one of them"
            self._refuse(key.start, key.end, "duplicate-key", message, hint)
        elif isinstance(key, Scalar):
            mapping.entries[key.text] = (key, value)

    def _properties(
        self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent
    ) -> tuple[int, int]:
        """Refuses an anchor and a tag; the offsets of the value itself."""
        start, end = _place(event)
        if event.anchor is None and event.tag is None:
            return start, end
        while match := _PROPERTY.match(self.source.text, start):
            word = match.group().rstrip()
            stop = start + len(word)
            if word[0] == "&":
                hint = "write the value out in each place"
                self._refuse(start, stop, "anchor", f"anchors such as `{word}` are not read", hint)
            else:
                hint = "remove it: the key decides the type"
                self._refuse(start, stop, "tag", f"tags such as `{word}` are not read", hint)
            start = match.end()
        return start, max(start, end)

    def _refuse(self, start: int, end: int, code: str, message: str, hint: str = "") -> None:
        self.problems.append(self.source.problem(start, end, code, message, hint))


def _place(event: yaml.Event) -> tuple[int, int]:
    """The offsets of an event; the marks are there whenever an event comes from text."""
    if event.start_mark is None or event.end_mark is None:
        return 0, 0
    return event.start_mark.index, event.end_mark.index
