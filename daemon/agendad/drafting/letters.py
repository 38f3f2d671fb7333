"""Templates to letters: a file of Markdown with a front matter becomes a subject, a text and an HTML body.

`app/letters.py` makes one `Letters` a cycle, and `app/check.py` one to try every template. Whatever comes out of an
expression is data: it cannot become markup, a header or template code.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from agendad.drafting.cleaning import cut, isolated, one_line, some_lines
from agendad.drafting.faults import RAISED, Fault, fault
from agendad.drafting.frontmatter import Sheet, read_sheet
from agendad.drafting.markdown import bodies
from agendad.drafting.names import unknown_names
from agendad.drafting.sandbox import Sandbox, TooMuch
from agendad.drafting.tokens import Tokens
from agendad.drafting.words import FILTERS, Words
from agendad.errors import AgendadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from jinja2 import Template

LONGEST: Final = 200_000
"""Characters that the Markdown of a letter may have."""

LONGEST_SUBJECT: Final = 500
MOST_IN_SUBJECT: Final = 300
"""Characters of one value in a subject; more is cut. A body holds `MOST_IN_BODY` of each."""

MOST_IN_BODY: Final = 2_000

_ALONE: Final = re.compile(r"^[ \t]*((?:\{%(?!-)(?:(?!%\}).)*(?<!-)%\}|\{#(?!-)(?:(?!#\}).)*(?<!-)#\})+)[ \t]*\n", re.M)
"""A line of tags alone: it leaves no line in the letter."""


class LetterError(AgendadError):
    """A template that cannot be written; `line` (from 1) is the place in its file, `fault` the same with its word."""

    def __init__(self, wrong: Fault) -> None:
        super().__init__(wrong.message, hint=wrong.hint)
        self.fault = wrong
        self.line = wrong.line


@dataclass(frozen=True, slots=True)
class Written:
    """A letter: `subject` is one line, `text` ends with one line end, `html` is a whole page."""

    subject: str
    text: str
    html: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sheet: Sheet
    subject: Template
    body: Template


class Letters:
    """Compiled templates by their text. `home` is the zone of the writer, None for that of each reader."""

    def __init__(self, home: ZoneInfo | None = None) -> None:
        self._home = home
        self._sandbox = Sandbox()
        self._compiled: dict[str, _Compiled] = {}
        self._languages: dict[tuple[str, str | None, date | None], Words] = {}
        self._words: Words | None = None
        self._sandbox.add_filters({name: self._filter(name) for name in FILTERS})

    def sheet(self, source: str) -> Sheet:
        """Front matter and body of a template file; raises LetterError for the first problem."""
        return self._of(source).sheet

    def problems(self, source: str, context: Mapping[str, object]) -> list[Fault]:
        """What is wrong with a template file whatever its data are: front matter, syntax, names; by line."""
        sheet, faults = read_sheet(source)
        if sheet is None:
            return list(faults)
        found: list[Fault] = []
        for text, before in ((sheet.subject, sheet.subject_line - 1), (sheet.body, sheet.body_line)):
            try:
                self._template(text, before)
            except LetterError as error:
                found.append(error.fault)
            else:
                found += [_moved(each, before) for each in unknown_names(self._sandbox.parse(text), context)]
        return found

    def write(self, source: str, context: Mapping[str, object], language: str, zone: ZoneInfo) -> Written:
        """The letter of a template file for a reader of a language, with its times in `zone`.

        `context` has the names that the template may use, `now` (aware) among them. Raises LetterError.
        """
        compiled = self._of(source)
        now = context.get("now")
        known = now if isinstance(now, date) else None
        key = (language, zone.key, known)
        if key not in self._languages:
            self._languages = {known_at: each for known_at, each in self._languages.items() if known_at[2] == known}
            self._languages[key] = Words(language, zone, home=self._home, now=known)
        words = self._words = self._languages[key]
        subject = self._subject(compiled, context, words)
        tokens = Tokens()

        def keep(text: str) -> str:
            return tokens.keep(some_lines(text, MOST_IN_BODY))

        source_text = self._run(compiled.body, context, compiled.sheet.body_line, words, keep, LONGEST)
        found = bodies(source_text, tokens, lambda text: isolated(text, right_to_left=words.right_to_left))
        return Written(subject, found.text, _page(found.html, words), words.tag)

    # ------------------------------------------------------------ parts

    def _of(self, source: str) -> _Compiled:
        if source not in self._compiled:
            sheet, faults = read_sheet(source)
            if sheet is None:
                raise LetterError(faults[0])
            subject = self._template(sheet.subject, sheet.subject_line - 1)
            self._compiled[source] = _Compiled(sheet, subject, self._template(_lines_kept(sheet.body), sheet.body_line))
        return self._compiled[source]

    def _template(self, text: str, before: int) -> Template:
        try:
            return self._sandbox.template(text)
        except RAISED as error:
            raise LetterError(_moved(fault(error), before)) from None

    def _subject(self, compiled: _Compiled, context: Mapping[str, object], words: Words) -> str:
        line = compiled.sheet.subject_line

        def keep(text: str) -> str:
            return isolated(one_line(text, MOST_IN_SUBJECT), right_to_left=words.right_to_left)

        text = self._run(compiled.subject, context, line - 1, words, keep, LONGEST)
        subject = cut(one_line(text, len(text) + 1), LONGEST_SUBJECT)
        if not subject:
            raise LetterError(Fault("the subject is empty", "let it say something in every case", line, "subject"))
        return subject

    def _run(
        self,
        template: Template,
        context: Mapping[str, object],
        before: int,
        words: Words,
        keep: Callable[[str], str],
        most: int,
    ) -> str:
        pieces: list[str] = []
        length = 0
        try:
            for piece in self._sandbox.run(template, context, show=words.text, keep=keep):
                pieces.append(piece)
                length += len(piece)
                if length > most:
                    raise TooMuch(f"the letter has more than {most:,} characters")
        except RAISED as error:
            raise LetterError(_moved(fault(error, context), before)) from None
        return "".join(pieces)

    def _filter(self, name: str) -> Callable[..., object]:
        def filtered(value: object, *args: object, **named: object) -> object:
            return getattr(self._words, name)(value, *args, **named)

        return filtered


def _moved(wrong: Fault, before: int) -> Fault:
    return replace(wrong, line=wrong.line + before) if wrong.line else replace(wrong, line=before + 1)


def _lines_kept(body: str) -> str:
    """The body with the line ends after lonely tags taken out of the letter, but still there to be counted."""
    return body if "raw" in body and re.search(r"\{%-?\s*raw\b", body) else _ALONE.sub(r"\1{#\n#}", body)


def _page(body: str, words: Words) -> str:
    direction = ' dir="rtl"' if words.right_to_left else ""
    start = f'<!DOCTYPE html>\n<html lang="{html.escape(words.tag)}"{direction}>\n<head><meta charset="utf-8"></head>\n'
    return f"{start}<body>\n{body}</body>\n</html>\n"
