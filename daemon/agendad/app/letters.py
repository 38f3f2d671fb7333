"""Words for a draft that the engine wants: the template in the right language, filled from what the cycle knows.

`drafts.py` makes one `Writer` a cycle and asks it for each draft that is due or shown. `Surroundings` is what a cycle
can tell; the costly parts are functions that are called once, when a template first asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agendad.app.letter_views import EventView, PersonView, RuleView, SlotView, Viewer
from agendad.core.selectors import address_book
from agendad.core.slots import SlotWish, free_slots
from agendad.core.timeline import from_minutes, to_minutes
from agendad.drafting.cleaning import one_line
from agendad.drafting.faults import Fault
from agendad.drafting.letters import MOST_IN_SUBJECT, LetterError, Letters, Written
from agendad.model.mail import Address, MailDraft
from agendad.rules.grammar import GrammarError, parse_duration, parse_time_range

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from agendad.app.balance import BalanceRow
    from agendad.app.letter_views import ContactView
    from agendad.core.contacts import Contact
    from agendad.core.slots import Openings
    from agendad.model.calendar import Event
    from agendad.model.mail import Message
    from agendad.model.plan import DesiredDraft
    from agendad.model.rule import Letter
    from agendad.model.settings import Me, People, Person, Settings
    from agendad.views.signals import SignalRow

MOST_SLOTS: Final = 20
USUAL_SLOT: Final = 60
LONGEST_SLOT: Final = 240

_T = TypeVar("_T")
_REPLY: Final = re.compile(r"^(?:\s*(?:re|aw|sv|antw)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one cycle knows that a letter may tell.

    openings       the person's time, for `free_slots()`
    history        the contacts with a person, newest first
    balance        the categories of the past days
    signals        the states of `when:` rules, those that hold and those that do not
    upcoming       the events of the coming days, in order
    """

    settings: Settings
    people: People
    now: datetime
    openings: Callable[[], Openings]
    history: Callable[[Person], Sequence[Contact]]
    balance: Callable[[int], Sequence[BalanceRow]]
    signals: Callable[[], Sequence[SignalRow]]
    upcoming: Callable[[int], Sequence[Event]]


class Writer:
    """Writes the drafts of one cycle; `letters` keeps compiled templates for several writers."""

    def __init__(self, surroundings: Surroundings, letters: Letters | None = None) -> None:
        self._around = surroundings
        self._home = surroundings.settings.timezone
        self._letters = letters or Letters(self._home)
        self._book = address_book(surroundings.people)
        self._known: dict[Hashable, object] = {}

    def write(self, draft: DesiredDraft) -> Written:
        """Subject and bodies of a draft; raises LetterError, which names template, line and rule."""
        letter = draft.letter
        tag = variant(letter, draft.language, self._around.settings.language)
        source = letter.variants[tag]
        zone = self._zone(draft)
        try:
            language = self._language(source, tag, draft.language)
            written = self._letters.write(source, self.context(draft, zone, language), language, zone)
        except LetterError as error:
            raise placed(error, letter, tag, draft.rule.id) from None
        if draft.thread is not None:
            return replace(written, subject=reply_subject(draft.thread.subject) or written.subject)
        return written

    def context(self, draft: DesiredDraft, zone: ZoneInfo, language: str) -> dict[str, object]:
        """Everything that a template may name (section 6 of the rule language). `event` is there when one is."""
        around = self._around
        viewer = Viewer(zone, language, around.settings.me, self._book, around.history)
        me = viewer.myself()
        people = tuple(viewer.person(each) for each in draft.people)
        event = viewer.event(draft.event) if draft.event is not None else None
        context: dict[str, object] = {
            "attendees": event.attendees if event is not None else (),
            "people": people,
            "person": viewer.person(draft.person) if draft.person is not None else people[0] if people else me,
            "me": me,
            "rule": RuleView(draft.rule.id),
            "now": max(around.now, draft.due).astimezone(zone),  # a draft to come reads as on its day
            "free_slots": lambda *args, **named: self._slots(zone, *args, **named),
            "history": _history,
            "balance": self._balance,
            "signals": self._signals,
            "upcoming": lambda days=7: self._upcoming(viewer, days),
        }
        if event is not None:
            context["event"] = event
        return context

    # ------------------------------------------------------------ language and zone

    def _language(self, source: str, tag: str, wanted: str) -> str:
        """The language in which the letter is written, with the country of the reader where that is the same one."""
        written = tag or self._letters.sheet(source).language or self._around.settings.language
        return wanted if wanted and _primary(wanted) == _primary(written) else written

    def _zone(self, draft: DesiredDraft) -> ZoneInfo:
        """The zone that all recipients share, as far as it is known; else that of the writer."""
        addressed = {address.email.lower() for address in draft.to}
        readers = [person for person in draft.people if addressed & set(person.emails)]
        names = {person.timezone for person in readers}
        if len(readers) < len(draft.to) or len(names) != 1 or not (name := names.pop()):
            return self._home
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as `Europe`
            return self._home

    # ------------------------------------------------------------ functions of templates

    def _slots(
        self,
        zone: ZoneInfo,
        count: int = 3,
        lasts: object = "30m",
        between: str | Sequence[str] | None = None,
        within: str | None = None,
    ) -> Sequence[SlotView]:
        wish = replace(slot_wish(count, lasts, between, within), reader=zone if zone != self._home else None)
        found = self._once(("slots", wish), lambda: free_slots(self._once("openings", self._around.openings), wish))
        return [SlotView(from_minutes(start, zone), from_minutes(end, zone)) for start, end in found]

    def _balance(self, days: int = 30) -> Sequence[BalanceRow]:
        return self._once(("balance", days), lambda: self._around.balance(_days(days, "balance")))

    def _signals(self) -> Sequence[SignalRow]:
        return self._once("signals", lambda: [row for row in self._around.signals() if row.active])

    def _upcoming(self, viewer: Viewer, days: int) -> Sequence[EventView]:
        found = self._once(("upcoming", days), lambda: self._around.upcoming(_days(days, "upcoming")))
        return [viewer.event(event) for event in found]

    def _once(self, name: Hashable, find: Callable[[], _T]) -> _T:
        if name not in self._known:
            self._known[name] = find()
        return cast("_T", self._known[name])


def variant(letter: Letter, language: str, home: str) -> str:
    """The tag of the file for a reader: `fr-CA`, else `fr`, else the one without a tag, else the writer's language."""
    tags = {tag.lower(): tag for tag in letter.variants}
    for wanted in (language, _primary(language), "", home, _primary(home)):
        if wanted.lower() in tags:
            return tags[wanted.lower()]
    return min(letter.variants)


def slot_wish(count: int, lasts: object, between: str | Sequence[str] | None, within: str | None) -> SlotWish:
    """The arguments of `free_slots()` as they are written in templates; raises LetterError."""
    if not isinstance(count, int) or not 1 <= count <= MOST_SLOTS:
        raise LetterError(Fault(f"`free_slots` gives 1 to {MOST_SLOTS} slots", "write for example `free_slots(3)`"))
    windows = [between] if isinstance(between, str) else list(between or ())
    try:
        return SlotWish(
            count=count,
            lasts=parse_duration(lasts) if isinstance(lasts, str) else _length(lasts),
            between=tuple(parse_time_range(text) for text in windows if text.strip() != "working hours"),
            within=None if within is None else parse_duration(within),
        )
    except GrammarError as error:
        raise LetterError(Fault(f"`free_slots`: {error.message}", error.hint)) from None


def _length(lasts: object) -> int:
    """Minutes; as long as an event, where it is one of a few hours."""
    if isinstance(lasts, int) and lasts > 0:
        return lasts
    if not isinstance(lasts, EventView):
        raise LetterError(Fault("`lasts` is a length of time", 'write for example `lasts="30m"`'))
    if not isinstance(lasts.start, datetime) or not isinstance(lasts.end, datetime):
        return USUAL_SLOT
    minutes = to_minutes(lasts.end) - to_minutes(lasts.start)
    return minutes if 0 < minutes <= LONGEST_SLOT else USUAL_SLOT


def placed(error: LetterError, letter: Letter, tag: str, rule: str) -> LetterError:
    """The error with the place in the file and the rule in its message."""
    where = f"{template_file(letter, tag)}:{error.line}" if error.line else template_file(letter, tag)
    return LetterError(replace(error.fault, message=f"{where}: {error.message} (rule `{rule}`)"))


def template_file(letter: Letter, tag: str) -> str:
    """The file of a variant as a person would name it."""
    return f"templates/{letter.paths.get(tag, letter.template)}"


def mail_draft(draft: DesiredDraft, written: Written, me: Me, at: datetime) -> MailDraft:
    """The mail to put into Drafts; `at` is the instant of the cycle."""
    thread = draft.thread
    return MailDraft(
        key=draft.key,
        rule=draft.rule.id,
        at=at,
        sender=Address(me.address, me.name),
        to=draft.to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        cc=draft.cc,
        bcc=draft.bcc,
        in_reply_to=thread.message_id if thread is not None else "",
        references=_references(thread) if thread is not None else (),
        label=draft.letter.label,
        language=written.language,
    )


def reply_subject(subject: str) -> str:
    """The subject of a reply (RFC 5322, section 3.6.5): one `Re: `, however many there were."""
    plain = _REPLY.sub("", one_line(subject, MOST_IN_SUBJECT), count=1)
    return f"Re: {plain}" if plain else ""


def _references(thread: Message) -> tuple[str, ...]:
    """RFC 5322, section 3.6.4: those of the mail that is answered, and that mail."""
    known = [each for each in thread.references if each != thread.message_id]
    return (*known, thread.message_id) if thread.message_id else tuple(known)


def _history(person: object, limit: int = 10) -> Sequence[ContactView]:
    if not isinstance(person, PersonView):
        raise LetterError(Fault("`history` takes a person", "write `history(person)`"))
    return person.contacts()[:limit]


def _days(days: object, name: str) -> int:
    if not isinstance(days, int) or not 1 <= days <= 366:
        raise LetterError(Fault(f"`{name}` takes 1 to 366 days", f"write for example `{name}(7)`"))
    return days


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
