"""What a YAML parser says, in words for a person: the place, the problem, and how such text is usually meant.

`tree.parse` calls `explain` for the one error that stops a parser. The sentences of libyaml and of the pure parser are
matched by the part that both share; what is not known keeps the parser's own words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import yaml

    from agendad.diagnostics import Diagnostic
    from agendad.rules.source import Source

_QUOTE: Final = "put quotes around the text"
_ALIGN: Final = "give keys of one mapping the same indentation"
_KEY: Final = re.compile(r"(?P<indent>\s*)(?:- +)?(?P<key>[\w.-]+):(?:\s|$)")  # a line that begins with `key: `
_VALUE: Final = re.compile(r":\s+[^#\s]")
_TIGHT: Final = re.compile(r"\s*[\w.-]+:(?=\S)")

# part of the parser's sentence, our sentence, hint
_KNOWN: Final = (
    (
        "block sequence entries are not allowed",
        "a list item is not allowed here",
        "begin the list on a line of its own",
    ),
    (
        "found unknown escape character",
        "this escape is not known",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    ("found invalid Unicode character escape", "this escape is no character", "write the character itself"),
    ("hex", "this escape is incomplete", "write the character itself"),
    ("unknown directive", "this directive is not known", "remove the line"),
    ("tab character", "a tab stands where indentation is due", "indent with spaces"),
    ("node content", "a value is missing here", "remove the comma, or write the value"),
    ("undefined tag handle", "tags are not read", "remove it, or put quotes around text that begins with `!`"),
    ("did not find expected <document start>", "text follows the end of the document", "remove it"),
    ("expected '<document start>'", "text follows the end of the document", "remove it"),
)

# what the parser was doing when it met the problem, our sentence, hint
_OPEN: Final = (
    ("quoted scalar", "this quote is never closed", "add the closing quote"),
    ("flow sequence", "this list is not closed", "add `]`, or the comma before the next item"),
    ("flow mapping", "this mapping is not closed", "add `}`, or the comma before the next key"),
)


def explain(source: Source, error: yaml.YAMLError) -> Diagnostic:
    """The diagnostic for an error of the YAML parser."""
    mark = getattr(error, "problem_mark", None)
    place: int = min(mark.index, len(source.text)) if mark is not None else 0
    problem = str(getattr(error, "problem", None) or "the text is no YAML")
    if "node content" in problem and not source.text[place:].strip():
        return _at(source, place, "the file ends inside a list or a mapping", "close it with `]` or `}`")
    for part, look in _LOOKED_AT:
        if part in problem:
            return look(source, place)
    for part, message, hint in _KNOWN:
        if part in problem:
            return _at(source, place, message, hint)
    return _in_context(source, error, place, problem)


def _in_context(source: Source, error: yaml.YAMLError, place: int, problem: str) -> Diagnostic:
    """The same where the parser's sentence says little, and what it was doing says more."""
    context = str(getattr(error, "context", None) or "")
    context_mark = getattr(error, "context_mark", None)
    if context_mark is not None:
        for part, message, hint in _OPEN:
            if part in context and "expected" in problem:
                return _at(source, context_mark.index, message, hint)
    if "expected" in problem and "block" in context:
        return _out_of_line(source, place)
    if "could not find expected ':'" in problem and context_mark is not None:
        return _at(source, context_mark.index, "a key without a colon", "write `key: value`")
    return _at(source, place, problem, "")


def _colon(source: Source, place: int) -> Diagnostic:
    """A colon inside a text. If its own line reads like a key and a value, the text began on a line above: why?"""
    span = source.span(place, place)
    here = _KEY.match(source.line(span.line))
    if here is None or here.end("key") != span.column - 1:
        return _at(source, place, "a colon is not allowed here", f"{_QUOTE} that holds `: `")
    indent, between, number = here["indent"], 0, span.line - 1
    while number and not _KEY.match(text := source.line(number)):
        if text.strip() and not text.lstrip().startswith("#"):
            between = number  # the first line after the last one that reads like a key
        number -= 1
    deeper = number > 0 and _VALUE.search(source.line(number)) and len(indent) > len(_indent(source.line(number)))
    if between and not deeper and _indent(text := source.line(between)) == indent:
        start = source.start(between)
        if colon := _TIGHT.match(text):
            return _at(source, start + colon.end() - 1, "a blank is missing after this colon", "write `key: value`")
        return _at(source, start + len(indent), "a key without a colon", "write `key: value`")
    if deeper and not between:
        start = source.start(span.line) + len(indent)
        return _at(source, start, "this line is indented deeper than the ones above", _ALIGN)
    return _at(source, place, "a colon is not allowed here", f"{_QUOTE} that holds `: `, or check the indentation")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _bad_start(source: Source, place: int) -> Diagnostic:
    char = source.text[place : place + 1]
    if char == "\t":
        return _at(source, place, "a tab stands where indentation is due", "indent with spaces")
    return _at(source, place, f"text cannot begin with `{char}`", _QUOTE)


def _out_of_line(source: Source, place: int) -> Diagnostic:
    """Something follows a finished value: more text behind a quote, or a line with another indentation."""
    span = source.span(place, place)
    before = source.line(span.line)[: span.column - 1].rstrip()
    if before:
        return _at(source, place, "text follows a finished value", "put quotes around the whole value")
    return _at(source, place, "this line does not line up with the ones above", _ALIGN)


_LOOKED_AT: Final = (("mapping values are not allowed", _colon), ("cannot start any token", _bad_start))


def _at(source: Source, place: int, message: str, hint: str) -> Diagnostic:
    while place > 0 and place >= len(source.text):  # the end of the file is shown on its last line with text
        place -= 1
        if not source.text[place].isspace():
            break
    return source.problem(place, place + 1, "syntax", message, hint)
