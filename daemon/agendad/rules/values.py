"""From a node to the value of a field: the readers that the table of fields is made of.

A reader takes a node and gives the value, or raises `Refused` with every problem it found below that node. Whatever
the grammar says about a text is moved to the place of that text in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from agendad.diagnostics import Severity
from agendad.rules.grammar import GrammarError
from agendad.rules.source import Refused
from agendad.rules.spelling import listed, nearest
from agendad.rules.tree import Broken, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as SequenceOf

    from agendad.diagnostics import Diagnostic

T = TypeVar("T")
Reader = Callable[[Node], T]

_TRUE: Final = frozenset(("true", "yes", "on"))
_FALSE: Final = frozenset(("false", "no", "off"))
_WORD: Final = re.compile(r"[^,\s](?:[^,]*[^,\s])?")
MANY: Final = 100
"""Problems in one list or mapping after which nothing more is said about it: the file is of another kind."""

LONGEST: Final = 1000
"""Characters of a text that the grammar is asked to understand."""

MOST_DIGITS: Final = 9
"""Longer numbers are refused before they are converted."""


def problem(node: Node, code: str, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> Diagnostic:
    """A diagnostic about a whole node."""
    return node.source.problem(node.start, node.end, code, message, hint, severity)


def refuse(node: Node, code: str, message: str, hint: str = "") -> NoReturn:
    """Raise Refused about a whole node."""
    raise Refused((problem(node, code, message, hint),))


def kind_of(node: Node) -> str:
    """What a node is, in a person's words."""
    if isinstance(node, Scalar):
        return "text"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def is_empty(node: Node) -> bool:
    """Whether a node holds nothing at all: no text, no item, no key."""
    if isinstance(node, Scalar):
        return not node.text.strip()
    if isinstance(node, Sequence):
        return not node.items
    return isinstance(node, Mapping) and not node.entries


def scalar(node: Node) -> Scalar:
    """The node as text that is not empty."""
    if isinstance(node, Broken):
        raise Refused
    if not isinstance(node, Scalar):
        refuse(node, "wrong-type", f"text is expected here, not {kind_of(node)}")
    if is_empty(node):
        refuse(node, "empty-value", "the text is empty", "write a value, or remove it")
    return node


def mapping(node: Node, what: str, example: str) -> Mapping:
    """The node as a mapping; `what` and `example` are for the problem if it is none."""
    if isinstance(node, Broken):
        raise Refused
    if not isinstance(node, Mapping):
        refuse(node, "wrong-type", f"{what} has to be a mapping, not {kind_of(node)}", f"such as `{example}`")
    return node


def as_is(node: Node) -> Node:
    """The node itself, for a field that its caller reads."""
    return node


def text(node: Node) -> str:
    """Any text."""
    return scalar(node).text


def parsed(code: str, parse: Callable[[str], T]) -> Reader[T]:
    """Text that a parser of the grammar understands."""

    def read(node: Node) -> T:
        found = scalar(node)
        if len(found.text) > LONGEST:
            refuse(node, code, f"the text is longer than {LONGEST:,} characters")
        try:
            return parse(found.text)
        except GrammarError as error:
            start, end = found.part(error.start, error.end)
            raise Refused((node.source.problem(start, end, code, error.message, error.hint),)) from None

    return read


def boolean(node: Node) -> bool:
    """`true` or `false`; `yes`, `no`, `on` and `off` are understood."""
    word = scalar(node).text.casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    refuse(node, "bad-value", f"`{shown(word)}` is neither true nor false", "write `true` or `false`")


def integer(least: int, most: int) -> Reader[int]:
    """A whole number in the given bounds, both included."""

    def read(node: Node) -> int:
        word = scalar(node).text
        if not word.isascii() or not word.isdigit() or len(word) > MOST_DIGITS or not least <= int(word) <= most:
            refuse(node, "bad-number", f"`{shown(word)}` is not a whole number from {least} to {most}")
        return int(word)

    return read


def word_of(*known: str) -> Reader[str]:
    """One of the known words."""

    def read(node: Node) -> str:
        found = scalar(node)
        word = found.text.strip()
        if word not in known:
            start = found.text.index(word)
            raise Refused((_unknown(found, start, start + len(word), known),))
        return word

    return read


def words_of(*known: str) -> Reader[tuple[str, ...]]:
    """Several of the known words: a list, or one text with commas between them."""

    def read(node: Node) -> tuple[str, ...]:
        words = comma_words(node)
        unknown = [word for word in words if word[0].text[word[1] : word[2]] not in known]
        if unknown:
            raise Refused(_unknown(*word, known) for word in unknown)
        return tuple(found.text[start:end] for found, start, end in words)

    return read


def comma_words(node: Node) -> list[tuple[Scalar, int, int]]:
    """The words of a list or of a text with commas: each with the offsets in the text that holds it."""
    return [(found, match.start(), match.end()) for found in each(node, scalar) for match in _WORD.finditer(found.text)]


def comma_parts(node: Node) -> list[Scalar]:
    """The words of `comma_words`, each as a node of its own."""
    return [
        Scalar(found.source, *found.part(start, end), found.text[start:end]) for found, start, end in comma_words(node)
    ]


def items(node: Node) -> SequenceOf[Node]:
    """The items of a list, or the single value that stands in place of a list."""
    return node.items if isinstance(node, Sequence) else (node,)


def each(node: Node, read: Reader[T]) -> tuple[T, ...]:
    """The values of a list, or of the single value in its place; all their problems at once."""
    found: list[T] = []
    problems: list[Diagnostic] = []
    failed = False
    for item in items(node):
        try:
            found.append(read(item))
        except Refused as refused:
            failed = True
            problems.extend(refused.problems)
            if len(problems) >= MANY:
                break
    if failed:
        raise Refused(problems)
    return tuple(found)


def one_or_more(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A value or a list of values."""
    return lambda node: each(node, read)


def shown(word: str) -> str:
    """A word for a message: on one line, and not longer than people read."""
    line = " ".join(word.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def _unknown(node: Scalar, start: int, end: int, known: Iterable[str]) -> Diagnostic:
    word = node.text[start:end]
    near = nearest(word, known)
    hint = f"did you mean `{near}`?" if near else f"write {listed(known)}"
    first, last = node.part(start, end)
    return node.source.problem(first, last, "unknown-value", f"`{shown(word)}` is not known here", hint)
