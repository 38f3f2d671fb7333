"""What a YAML parser says, in words for a person: the place, the problem, and how such text is usually meant.

`tree.parse` calls `explain` for the one error that stops a parser. The sentences of libyaml and of the pure parser are
matched by the part that both share; what is not known keeps the parser's own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import yaml

    from agendad.diagnostics import Diagnostic
    from agendad.rules.source import Source

_QUOTE: Final = "put quotes around the text"

# part of the parser's sentence, our sentence, hint
_KNOWN: Final = (
    (
        "mapping values are not allowed",
        "a colon is not allowed here",
        "put quotes around text that holds `: `, or check the indentation",
    ),
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
    context = str(getattr(error, "context", None) or "")
    context_mark = getattr(error, "context_mark", None)
    if "node content" in problem and not source.text[place:].strip():
        return _at(source, place, "the file ends inside a list or a mapping", "close it with `]` or `}`")
    for part, message, hint in _KNOWN:
        if part in problem:
            return _at(source, place, message, hint)
    if "cannot start any token" in problem:
        return _bad_start(source, place)
    if context_mark is not None:
        for part, message, hint in _OPEN:
            if part in context and "expected" in problem:
                return _at(source, context_mark.index, message, hint)
    if "expected" in problem and "block" in context:
        return _out_of_line(source, place)
    if "could not find expected ':'" in problem and context_mark is not None:
        return _at(source, context_mark.index, "a key without a colon", "write `key: value`")
    return _at(source, place, problem, "")


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
    return _at(
        source, place, "this line does not line up with the ones above", "give keys of one mapping the same indentation"
    )


def _at(source: Source, place: int, message: str, hint: str) -> Diagnostic:
    while place > 0 and place >= len(source.text):  # the end of the file is shown on its last line with text
        place -= 1
        if not source.text[place].isspace():
            break
    return source.problem(place, place + 1, "syntax", message, hint)
