"""Text patterns of selectors: plain text, or a regular expression between slashes."""

from __future__ import annotations

import re
from typing import Final

from agendad.model.rule import Pattern
from agendad.rules.words import GrammarError, refuse, whole

LONGEST: Final = 500
"""Characters of a regular expression; a longer one is a program, not a title."""

_PIECES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[>#]|[()]|(?:[*+]|\{\d*,\})[+?]?|\{\d+\}", re.DOTALL)


def parse_pattern(text: str) -> Pattern:
    """`/re/` or `/re/i` (Python's `re`, searched for anywhere), else text to be contained; raises GrammarError.

    An expression in which a repetition repeats another one, as `(a+)+`, is refused: on a text that nearly matches it
    can take time without bound.
    """
    body = text.strip()
    if not body:
        refuse(text, "expected a text or a regular expression", "")
    if not body.startswith("/"):
        return Pattern(body)
    start, end = whole(text)
    source, slash, flags = body[1:].rpartition("/")
    if not slash:
        raise GrammarError("the regular expression has no closing `/`", f"write `{body}/` or `{body}/i`", start, end)
    if not source:
        raise GrammarError("the regular expression is empty", "", start, end)
    if flags not in ("", "i"):
        place = end - len(flags)
        raise GrammarError(f"unknown flag `{flags}`", "the only flag is `i`, for both cases", place, end)
    if len(source) > LONGEST:
        raise GrammarError(f"the regular expression is longer than {LONGEST} characters", "", start, end)
    _refuse_nested_repetition(source, start + 1)
    try:
        regex = re.compile(source, re.IGNORECASE if flags else 0)
    except re.error as error:
        place = start + 1 + min(error.pos or 0, len(source) - 1)
        raise GrammarError(f"not a regular expression: {error.msg}", "", place, place + 1) from None
    except (OverflowError, RecursionError):
        raise GrammarError("the regular expression is too large", "", start, end) from None
    return Pattern(body, regex)


def _refuse_nested_repetition(source: str, shift: int) -> None:
    """Raise where a group that holds an unbounded repetition is itself repeated without bound.

    Possessive repetitions (`a++`) and atomic groups (`(?>...)`) never try again, so they are no danger.
    """
    pieces = list(_PIECES.finditer(source))
    groups: list[tuple[int, bool, bool]] = []  # start, atomic, holds an unbounded repetition
    for number, piece in enumerate(pieces):
        sign = piece[0]
        if sign[0] == "(":
            groups.append((piece.start(), sign == "(?>", False))
        elif sign == ")" and groups:
            start, atomic, repeats = groups.pop()
            after = pieces[number + 1] if number + 1 < len(pieces) else None
            repeated = after is not None and after.start() == piece.end() and _tries_again(after[0])
            if repeats and repeated and after is not None:
                raise GrammarError(
                    "a repetition of a repetition can take time without bound",
                    "repeat only once, or make the inner one possessive (`a++`)",
                    shift + start,
                    shift + after.end(),
                )
            if groups and (repeats or repeated) and not atomic:
                groups[-1] = (*groups[-1][:2], True)
        elif groups and _tries_again(sign):
            groups[-1] = (*groups[-1][:2], True)


def _tries_again(sign: str) -> bool:
    return (sign[0] in "*+" or (sign[0] == "{" and "," in sign)) and not (len(sign) > 1 and sign[-1] == "+")
