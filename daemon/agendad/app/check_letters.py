"""Tries the template of every draft on samples: what `check` accepts does not fail when a letter is due.

Called by `check.py`. The samples go from a letter to one well-known person about a full event to one to strangers about
an event that says nothing; whether there is an event is told by the trigger.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.balance import BalanceRow
from agendad.app.letters import Surroundings, Writer, template_file, variant
from agendad.core.contacts import Contact, Kind
from agendad.core.slots import Openings
from agendad.core.timeline import to_minutes, wall
from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.drafting.frontmatter import read_sheet
from agendad.drafting.letters import LetterError, Letters
from agendad.model.calendar import Attendee, Event, EventFields
from agendad.model.mail import Address
from agendad.model.plan import DesiredDraft
from agendad.model.rule import After, Before, Draft, Protect, Steps
from agendad.model.settings import Me, People, Person
from agendad.views.signals import SignalRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agendad.core.problem import Stretch
    from agendad.drafting.faults import Fault
    from agendad.model.rule import Letter, Rule
    from agendad.model.settings import Settings

_NO_EVENT: Final = "no event sets the rule off; ask first: `{% if event is defined %}`"
_DAY: Final = date(2026, 11, 24)
_KNOWN: Final = Person(
    "grace",
    "Grace Hopper",
    ("grace@example.org",),
    groups=frozenset({"advisers"}),
    tier=1,
    language="en",
    timezone="America/New_York",
    topics=("compilers", "teaching"),
    notes="Prefers the morning.",
    met="Conference, 2026-10-02",
)
_STRANGERS: Final = (
    Person("x@example.net", "", ("x@example.net",)),
    Person("alan", "Alan Turing", ("alan@example.net",)),
)
_ME: Final = Me("Ada Martin", frozenset({"ada@example.com"}), frozenset({"example.com"}), "ada@example.com")


def letters_of(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Letter]]:
    """Every letter that a rule may write: its draft, the reply of its guard, those of its steps."""
    for rule in rules:
        verbs = [step.verb for step in rule.trigger.steps] if isinstance(rule.trigger, Steps) else [rule.verb]
        for verb in verbs:
            if isinstance(verb, Draft):
                yield rule, verb.letter
            elif isinstance(verb, Protect) and verb.reply is not None:
                yield rule, verb.reply


def unwritable(rules: Sequence[Rule], settings: Settings) -> Iterator[Diagnostic]:
    """What is wrong with the templates of the rules, each problem once: its place is in the template file."""
    bench = _Bench(settings)
    found = [problem for rule, letter in letters_of(rules) for problem in _Trial(rule, letter, bench).problems()]
    yield from dict.fromkeys(found)


def missing_languages(rules: Sequence[Rule], settings: Settings, people: People) -> Iterator[Diagnostic]:
    """Templates that have no text in the configured language, or none in that of a person."""
    told: set[tuple[str, str]] = set()
    for rule, letter in letters_of(rules):
        place = (rule.field_spans or {}).get("draft", rule.span)
        tags = {_primary(tag) for tag in letter.variants}
        if "" not in tags and _primary(settings.language) not in tags:
            message = f"the template `{letter.template}` has no text in `{settings.language}`, the configured language"
            stem = letter.template.removesuffix(".md.j2")
            hint = f"add `{stem}.{settings.language}.md.j2`, or `{letter.template}` for every other language"
            yield Diagnostic(place, "missing-language", message, hint)
            continue
        if tags == {""} or (all(word.kind == "me" for word in letter.to or ()) and letter.to):
            continue
        base = _declared(letter.variants[""]) or settings.language if "" in letter.variants else ""
        lacking: dict[str, list[Person]] = {}
        for person in people.by_id.values():
            language = _primary(person.language)
            if language and language not in tags | {_primary(base)}:
                lacking.setdefault(language, []).append(person)
        for language, speakers in lacking.items():
            if (letter.template, language) not in told:
                told.add((letter.template, language))
                yield _untranslated(place, letter, language, speakers, settings)


def _untranslated(
    place: Span, letter: Letter, language: str, speakers: Sequence[Person], settings: Settings
) -> Diagnostic:
    tag = variant(letter, language, settings.language)
    gets = tag or _declared(letter.variants[tag]) or settings.language
    others = f" and {len(speakers) - 1} more" if len(speakers) > 1 else ""
    message = f"the template `{letter.template}` has no text in `{language}`, which `{speakers[0].id}`{others} speak"
    message = message if others else f"{message}s"
    stem = letter.template.removesuffix(".md.j2")
    hint = f"add `{stem}.{language}.md.j2`; until then they get `{gets}`"
    return Diagnostic(place, "missing-language", message, hint, Severity.WARNING)


def _declared(source: str) -> str:
    """The language that a template file says it is written in; one that is broken is reported elsewhere."""
    sheet, _ = read_sheet(source)
    return sheet.language if sheet is not None else ""


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


# ---------------------------------------------------------------- trying


class _Bench:
    """What all trials share: the compiled templates, and a writer who knows much and one who knows nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = replace(settings, me=settings.me if settings.me.emails else _ME)
        self.letters = Letters(settings.timezone)
        self.rich = Writer(_surroundings(self.settings, full=True), self.letters)
        self.poor = Writer(_surroundings(self.settings, full=False), self.letters)


class _Trial:
    """The samples of one letter, and the problems that they bring out."""

    def __init__(self, rule: Rule, letter: Letter, bench: _Bench) -> None:
        self._rule = rule
        self._letter = letter
        self._bench = bench
        self._settings = bench.settings
        self._has_event = isinstance(rule.trigger, After | Before) or isinstance(rule.verb, Protect)

    def problems(self) -> Iterator[Diagnostic]:
        """By variant; one that cannot be read is not tried, and of many samples the first that fails is told."""
        samples = list(self._samples())
        first, writer = samples[0]
        for tag, source in sorted(self._letter.variants.items()):
            context = writer.context(first, self._settings.timezone, tag or "en")
            faults = self._bench.letters.problems(source, context)
            if not faults:
                only = replace(self._letter, variants={tag: source})
                faults = list(self._failed(only, samples))
            yield from (self._diagnostic(fault, tag, source) for fault in faults)

    def _failed(self, letter: Letter, samples: Iterable[tuple[DesiredDraft, Writer]]) -> Iterator[Fault]:
        for draft, writer in samples:
            try:
                writer.write(replace(draft, letter=letter))
            except LetterError as error:
                yield replace(error.fault, message=_bare(error.message))
                return

    def _samples(self) -> Iterator[tuple[DesiredDraft, Writer]]:
        zone = self._settings.timezone
        me = self._settings.me
        start = datetime(2026, 11, 24, 9, tzinfo=zone)
        guests = (_KNOWN, *_STRANGERS)
        full = Event(
            "personal",
            "sample",
            EventFields("Planning", start, start + timedelta(hours=1), place="Paris", notes="Agenda\n- one"),
            attendees=tuple(Attendee(each.email, each.name) for each in guests),
            organizer=_KNOWN.email,
        )
        bare = Event("personal", "bare", EventFields("", start, start))
        days = Event("personal", "days", EventFields("Away", _DAY, _DAY + timedelta(days=2)), organizer=me.address)
        rich, poor = self._bench.rich, self._bench.poor
        yield self._draft((_KNOWN,), full), rich
        yield self._draft(guests, days), rich
        yield self._draft(_STRANGERS[:1], bare), poor
        yield self._draft((), bare), poor

    def _draft(self, people: Sequence[Person], event: Event) -> DesiredDraft:
        """A draft to people, or to oneself where there are none."""
        to = tuple(Address(each.email, each.name) for each in people) or (Address(self._settings.me.address),)
        return DesiredDraft(
            key=f"{self._rule.id}/sample",
            rule=self._rule,
            letter=self._letter,
            due=datetime(2026, 11, 24, 10, tzinfo=self._settings.timezone),
            deadline=None,
            to=to,
            language=self._settings.language,
            person=people[0] if people else None,
            people=tuple(people),
            event=event if self._has_event else None,
        )

    def _diagnostic(self, fault: Fault, tag: str, source: str) -> Diagnostic:
        lines = source.removeprefix("\ufeff").splitlines()
        line = min(max(fault.line, 1), max(len(lines), 1))
        text = lines[line - 1] if lines else ""
        start, end = _place(text, fault.word)
        if fault.word == "event" and not self._has_event:
            fault = replace(fault, hint=_NO_EVENT)
        code = "unknown-name" if fault.word and fault.message.startswith("there is no") else "template"
        span = Span(template_file(self._letter, tag), line, start, end)
        return Diagnostic(span, code, fault.message, fault.hint, source=text)


def _place(text: str, word: str) -> tuple[int, int]:
    """The columns of a word in a line; of the whole line where it is not there."""
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) if word else None
    if found is not None:
        return found.start() + 1, found.end() + 1
    return len(text) - len(text.lstrip()) + 1, max(len(text.rstrip()) + 1, 2)


def _bare(message: str) -> str:
    """The message without the place and the rule, which a diagnostic has on its own."""
    return re.sub(r"^templates/\S+?: (.*) \(rule `[^`]*`\)$", r"\1", message, flags=re.DOTALL)


# ---------------------------------------------------------------- sample surroundings


def _surroundings(settings: Settings, *, full: bool) -> Surroundings:
    """A cycle that knows much, or nothing."""
    zone = settings.timezone
    now = datetime(2026, 11, 24, 10, tzinfo=zone)
    start = datetime(2026, 11, 25, 14, tzinfo=zone)
    contact = Contact(to_minutes(now) - 30 * 1440, Kind.MEETING, "Compilers")
    row = BalanceRow("Meetings", 600.0, 10.0, 40.0, "10 h", "at most 8 h", "above", "2 h too much")
    signal = SignalRow("quiet", "Quiet", active=True, text="No dinner", since=_DAY, value=30.0, bound=21.0, unit="days")
    event = Event("personal", "next", EventFields("Review", start, start + timedelta(hours=1)))
    return Surroundings(
        settings=settings,
        people=People({each.id: each for each in (_KNOWN, *_STRANGERS)}),
        now=now,
        openings=lambda: _openings(now, settings, full=full),
        history=lambda _: [contact] if full else [],
        balance=lambda _: [row] if full else [],
        signals=lambda: [signal] if full else [],
        upcoming=lambda _: [event] if full else [],
    )


def _openings(now: datetime, settings: Settings, *, full: bool) -> Openings:
    def working(day: date) -> Sequence[Stretch]:
        return [(to_minutes(wall(day, 540, settings.timezone)), to_minutes(wall(day, 1080, settings.timezone)))]

    days = [_DAY + timedelta(days=number) for number in range(30 if full else 0)]
    return Openings(to_minutes(now), (), (), days, working, settings.timezone)
