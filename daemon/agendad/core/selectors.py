"""Does this event match? Section 4 of the language; called by triggers, `satisfied_by`, `allow` and signals.

Two rules hold for every selector. Events that were cancelled or that the person declined never match. Blocks that the
product made match only a selector that names a `rule`, so that a routine is never satisfied, or set off, by itself; of
`any:` that is each part by itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from agendad.model.calendar import Kind, Response, ShowAs, Status
from agendad.model.identity import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import Event
    from agendad.model.rule import AttendeeTest, Comparison, Party, Pattern, Selector, TimeWindow
    from agendad.model.settings import Me, People, Person

_TAG = re.compile(r"(?<!\w)#(\w[\w-]*)")
_DAY = 24 * 60
_NOBODY: frozenset[str] = frozenset()
_REMEMBERED = 20_000
"""Events of which a matcher remembers what was said, at most: more than a cycle looks at, even in a full calendar."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Matches events for one person.

    `book` is `address_book(people)`; `zone` is where `on:` and `between:` look at the clock (the rule's zone);
    `away_titles` are those of absences.
    """

    me: Me
    book: Mapping[str, Person]
    zone: ZoneInfo
    away_titles: tuple[Pattern, ...] = ()
    _read: dict[int, tuple[Selector, tuple[Callable[[Event], bool], ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The tests of each selector that was asked for, by its identity; the selector is kept so that it stays its own."""
    _naming: dict[int, tuple[Selector, bool]] = field(default_factory=dict, compare=False, repr=False)
    _said: dict[int, tuple[Selector, dict[int, bool]]] = field(default_factory=dict, compare=False, repr=False)
    """What was said of each event, in the same way: cycles ask the same again and again."""
    _seen: dict[int, Event] = field(default_factory=dict, compare=False, repr=False)

    def matches(self, selector: Selector, event: Event) -> bool:
        """Whether all keys of the selector hold for the event."""
        if event.mark is not None:  # one of ours is made anew time and again, and soon answered
            return self._matches(selector, event)
        if id(selector) not in self._said:
            self._said[id(selector)] = selector, {}
        said, known = self._said[id(selector)][1], id(event)
        answer = said.get(known)
        if answer is None:
            if len(self._seen) >= _REMEMBERED:
                self._forget()
            self._seen[known] = event
            answer = said[known] = self._matches(selector, event)
        return answer

    def _forget(self) -> None:
        self._seen.clear()
        for _, said in self._said.values():
            said.clear()

    def _matches(self, selector: Selector, event: Event) -> bool:
        if event.status is Status.CANCELLED or event.response is Response.DECLINED:
            return False
        return self._holds(selector, event) if self._names_rule(selector) or not is_own(event) else False

    def _names_rule(self, selector: Selector) -> bool:
        if id(selector) not in self._naming:
            self._naming[id(selector)] = selector, names_rule(selector)
        return self._naming[id(selector)][1]

    def others(self, event: Event) -> frozenset[str]:
        """Addresses of the other humans of an event who have not declined.

        Who organises an invitation takes part in it, even where the calendar does not list them as an attendee.
        """
        if not event.attendees and not event.organizer:
            return _NOBODY
        found = {a.email for a in event.attendees if a.human and a.response is not Response.DECLINED}
        if event.organizer and event.response is not None and all(a.email != event.organizer for a in event.attendees):
            found.add(event.organizer)
        return frozenset(found - self.me.emails)

    def is_meeting(self, event: Event) -> bool:
        """Whether at least one other human takes part."""
        return bool(self.others(event))

    def _holds(self, selector: Selector, event: Event) -> bool:
        if id(selector) not in self._read:
            self._read[id(selector)] = selector, tuple(self._tests(selector))
        return all(test(event) for test in self._read[id(selector)][1])

    def _tests(self, selector: Selector) -> Iterator[Callable[[Event], bool]]:
        """One test for each key that the selector gives; the cheap ones first."""
        if selector.calendar:
            yield lambda event: event.calendar in selector.calendar
        if selector.rule:
            yield lambda event: event.mark is not None and is_own(event) and event.mark.rule in selector.rule
        if selector.all_day is not None:
            yield lambda event: event.fields.all_day is selector.all_day
        if selector.recurring is not None:
            yield lambda event: event.recurring is selector.recurring
        if selector.response:
            yield lambda event: (event.response or Response.ACCEPTED) in selector.response
        if selector.show_as:
            yield lambda event: event.fields.show_as in selector.show_as
        if (lasts := selector.lasts) is not None:
            yield lambda event: within(lasts, lasting(event))
        if (days := selector.on) is not None:
            yield lambda event: self._weekday(event) in days
        if selector.between:
            yield lambda event: self._lies_in(selector.between, event)
        yield from self._costly_tests(selector)

    def _costly_tests(self, selector: Selector) -> Iterator[Callable[[Event], bool]]:
        if selector.meeting:
            yield lambda event: any(self._is(word, event) for word in selector.meeting)
        if (test := selector.attendees) is not None:
            yield lambda event: self._attended(test, event)
        if selector.organizer:
            yield lambda event: any(self._organised(party, event) for party in selector.organizer)
        if selector.title:
            yield lambda event: _text_matches(selector.title, event.fields.title)
        if selector.location:
            yield lambda event: _text_matches(selector.location, event.fields.place)
        if selector.tag:
            wanted = {fold(tag) for tag in selector.tag}
            yield lambda event: not tags(event.fields.notes).isdisjoint(wanted)
        if selector.away is not None:
            yield lambda event: is_away(event, self.away_titles) is selector.away
        if selector.any:
            everywhere = bool(selector.rule) or (selector.negated is not None and self._names_rule(selector.negated))
            parts = [(each, everywhere or self._names_rule(each)) for each in selector.any]
            yield lambda event: any((own or not is_own(event)) and self._holds(each, event) for each, own in parts)
        if (negated := selector.negated) is not None:
            yield lambda event: not self._holds(negated, event)

    def _is(self, word: str, event: Event) -> bool:
        others = self.others(event)
        if word == "none":
            return not others
        if word == "one-on-one":
            return len(others) == 1
        external = any(address.rpartition("@")[2] not in self.me.domains for address in others)
        if word == "external":
            return external
        return bool(others) and (word == "any" or not external)

    def _attended(self, test: AttendeeTest, event: Event) -> bool:
        others = self.others(event)

        def present(party: Party) -> bool:
            return any(self._names(party, address) for address in others)

        least, most = test.count or (0, None)
        return (
            (not test.any or any(map(present, test.any)))
            and all(map(present, test.all))
            and not any(map(present, test.none))
            and least <= len(others)
            and (most is None or len(others) <= most)
        )

    def _organised(self, party: Party, event: Event) -> bool:
        if party.kind == "me":
            return not event.organizer or event.organizer in self.me.emails
        return bool(event.organizer) and self._names(party, event.organizer)

    def _names(self, party: Party, address: str) -> bool:
        match party.kind:
            case "address":
                return address == party.value.lower()
            case "domain":
                return address.rpartition("@")[2] == party.value.lower()
            case "me":
                return address in self.me.emails
        person = self.book.get(address)
        if person is None:
            return False
        match party.kind:
            case "group":
                return party.value in person.groups
            case "tier":
                return str(person.tier) == party.value
            case "person":
                return person.id == party.value

    def _weekday(self, event: Event) -> int:
        start = event.fields.start
        return (start.astimezone(self.zone) if isinstance(start, datetime) else start).weekday()

    def _lies_in(self, windows: Iterable[TimeWindow], event: Event) -> bool:
        start = event.fields.start
        if not isinstance(start, datetime):
            return False
        local = start.astimezone(self.zone)
        begins = local.hour * 60 + local.minute
        ends = begins + lasting(event)
        return any(w.start <= day + begins and day + ends <= w.end for w in windows for day in (0, _DAY))


def is_away(event: Event, titles: Iterable[Pattern]) -> bool:
    """Whether an event is an absence (section 7): out of office, or busy for whole days under such a title."""
    fields = event.fields
    if is_own(event):
        return False
    whole_days = fields.all_day and fields.show_as is ShowAs.BUSY
    return fields.kind is Kind.AWAY or (whole_days and any(matches_text(pattern, fields.title) for pattern in titles))


def names_rule(selector: Selector) -> bool:
    """Whether the selector, or a part of it, asks for blocks of a rule."""
    return bool(rules_named(selector))


def rules_named(selector: Selector) -> frozenset[str]:
    """The ids of all rules that the selector asks for."""
    return frozenset(selector.rule).union(*(rules_named(part) for part in _parts(selector)))


def names_absence(selector: Selector) -> bool:
    """Whether the selector, or a part of it, asks for absences."""
    return selector.away is True or any(names_absence(part) for part in _parts(selector))


def _parts(selector: Selector) -> tuple[Selector, ...]:
    return (*selector.any, *((selector.negated,) if selector.negated else ()))


def lasting(event: Event) -> int:
    """The length of an event in minutes; whole days count 24 hours each."""
    start, end = event.fields.start, event.fields.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return int((end.timestamp() - start.timestamp()) // 60)
    return (end.toordinal() - start.toordinal()) * _DAY


def within(comparison: Comparison, minutes: int) -> bool:
    """Whether a length lies inside the bounds of a comparison."""
    least, most = comparison.least, comparison.most
    above = least is None or minutes > least or (minutes == least and not comparison.least_open)
    below = most is None or minutes < most or (minutes == most and not comparison.most_open)
    return above and below


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Text for comparison: case folded, accents dropped (Unicode NFKD without combining marks)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tags(notes: str) -> frozenset[str]:
    """The `#words` of a description, folded and without the sign."""
    return frozenset(fold(word) for word in _TAG.findall(notes)) if "#" in notes else frozenset()


def matches_text(pattern: Pattern, text: str) -> bool:
    """A regular expression is searched for; plain text is contained, case and accents folded."""
    if pattern.regex is not None:
        return pattern.regex.search(text) is not None
    return fold(pattern.text) in fold(text)


def _text_matches(patterns: tuple[Pattern, ...], text: str) -> bool:
    return not patterns or any(matches_text(pattern, text) for pattern in patterns)


def address_book(people: People) -> Mapping[str, Person]:
    """Who an address belongs to; of two people who share one, the later entry."""
    return {email: person for person in people.by_id.values() for email in person.emails}
