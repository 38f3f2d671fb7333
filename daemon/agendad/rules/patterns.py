"""Text patterns of selectors: plain text, or a regular expression between slashes."""

from __future__ import annotations

import re
import warnings
from typing import Final

from agendad.model.rule import Pattern
from agendad.rules.words import GrammarError, refusal, whole

LONGEST: Final = 500
"""Characters of a regular expression; a longer one is a program, not a title."""

_PIECES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?>|[()]|(?:[*+]|\{\d*,\})[+?]?|\{[\d,]+\}[+?]?", re.DOTALL)


def parse_pattern(text: str) -> Pattern:
    """`/re/` or `/re/i` (Python's `re`, searched for anywhere), else text to be contained; raises GrammarError.

    An expression in which a repetition repeats another one, as `(a+)+`, is refused: on a text that nearly matches it
    can take time without bound.
    """
    body = text.strip()
    if not body:
        raise refusal(text, "expected a text or a regular expression", "")
    if not body.startswith("/"):
        return Pattern(body)
    start, end = whole(text)
    source, slash, flags = body[1:].rpartition("/")
    if not slash:
        raise refusal(text, "the regular expression has no closing `/`", f"write `{body}/` or `{body}/i`")
    if not source:
        raise refusal(text, "the regular expression is empty", "")
    if flags not in ("", "i"):
        raise GrammarError(f"unknown flag `{flags}`", "`/i` ignores case; there is no other", end - len(flags), end)
    if len(source) > LONGEST:
        raise refusal(text, f"the regular expression is longer than {LONGEST} characters", "")
    _refuse_nested_repetition(source, start + 1)
    return Pattern(body, _compiled(text, source, start + 1, re.IGNORECASE if flags else re.NOFLAG))


def _compiled(text: str, source: str, shift: int, flags: re.RegexFlag) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            # What a later Python may read differently (`[[`) is still what this one understands.
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(source, flags)
    except re.error as error:
        place = shift + min(error.pos or 0, len(source) - 1)
        raise GrammarError(f"not a regular expression: {error.msg}", "", place, place + 1) from None
    except (OverflowError, RecursionError):
        raise refusal(text, "the regular expression is too large", "") from None


def _refuse_nested_repetition(source: str, shift: int) -> None:
    """Raise where a group that holds an unbounded repetition is itself repeated without bound.

    Possessive repetitions (`a++`) and atomic groups (`(?>...)`) never try again, so they are no danger.
    """
    pieces = list(_PIECES.finditer(source))
    groups: list[tuple[int, bool]] = []  # where it starts, whether it holds an unbounded repetition
    for piece, after in zip(pieces, [*pieces, None][1:], strict=True):
        if piece[0][0] == "(":
            groups.append((piece.start(), False))
        elif piece[0] == ")" and groups:
            start, repeats = groups.pop()
            repeats = repeats and not source.startswith("(?>", start)
            repeated = after is not None and after.start() == piece.end() and _tries_again(after[0])
            if repeats and repeated and after is not None:
                raise GrammarError(
                    "a repetition of a repetition can take time without bound",
                    "repeat only once, or make the inner one possessive (`a++`)",
                    shift + start,
                    shift + after.end(),
                )
            if groups and repeats:
                groups[-1] = (groups[-1][0], True)
        elif groups and _tries_again(piece[0]):
            groups[-1] = (groups[-1][0], True)


def _tries_again(sign: str) -> bool:
    """Whether a sign is an unbounded repetition that gives back what it took: `*`, `+`, `{2,}`, also `*?`."""
    return (sign[0] in "*+" or ("," in sign and sign[0] == "{" and ",}" in sign)) and not sign[1:].endswith("+")
