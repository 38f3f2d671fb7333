"""A selector in a few words, as `agendad signals` tells what it measures: `external meetings of 1 h or more`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agendad.model.rule import AttendeeTest, Comparison, Party, Selector, Weekdays

_TEXT: Final = {
    "events": ("events", "évènements"),
    "any": ("meetings", "réunions"),
    "internal": ("internal meetings", "réunions internes"),
    "external": ("external meetings", "réunions externes"),
    "one-on-one": ("one-on-ones", "tête-à-tête"),
    "none": ("events without company", "évènements sans invités"),
    "blocks": ("blocks of {}", "blocs de {}"),
    "absences": ("absences", "absences"),
    "quoted": ("“{}”", "« {} »"),
    "or": (" or ", " ou "),
    "and": (" and ", " et "),
    "with": ("with {}", "avec {}"),
    "without": ("without {}", "sans {}"),
    "others": ("with {} others", "avec {} autres personnes"),
    "others-or-more": ("with {} others or more", "avec {} autres personnes ou plus"),
    "to": ("{} to {}", "{} à {}"),
    "called": ("called by {}", "à l’invitation de {}"),
    "mine": ("called by me", "à mon invitation"),
    "me": ("me", "moi"),
    "group": ("group {}", "le groupe {}"),
    "tier": ("tier {}", "le cercle {}"),
    "least": ("of {} or more", "de {} ou plus"),
    "longer": ("of more than {}", "de plus de {}"),
    "most": ("of {} or less", "de {} ou moins"),
    "shorter": ("of less than {}", "de moins de {}"),
    "lasting": ("of {} to {}", "de {} à {}"),
    "place": ("at {}", "lieu : {}"),
    "calendar": ("in {}", "dans {}"),
    "response": ("answered {}", "réponse : {}"),
    "accepted": ("accepted", "accepté"),
    "tentative": ("tentative", "provisoire"),
    "needs-action": ("not yet", "aucune"),
    "declined": ("declined", "refusé"),
    "shown": ("shown as {}", "affichés {}"),
    "busy": ("busy", "occupé"),
    "free": ("free", "libre"),
    "whole": ("of whole days", "de journées entières"),
    "timed": ("with a time", "avec une heure"),
    "series": ("of a series", "récurrents"),
    "single": ("of no series", "isolés"),
    "on": ("on {}", "le {}"),
    "between": ("between {}", "entre {}"),
    "present": ("not away", "hors absences"),
    "not": ("but no {}", "sauf {}"),
}
"""Each part in English and in French."""


def selection(selector: Selector, language: str) -> str:
    """What the selector asks for, in words; titles and names are as they were written."""
    return clean(_Phrase(language).of(selector))


class _Phrase:
    """Puts the parts of a selector together in one language."""

    def __init__(self, language: str) -> None:
        self._words = words(language)
        self._tongue = int(self._words.tag == "fr")

    def of(self, selector: Selector) -> str:
        """The noun, then what narrows it."""
        details = list(self._details(selector))
        if selector.any and not details and selector.negated is None and self._is_plain(selector):
            return self._or(self.of(each) for each in selector.any)
        parts = [self._noun(selector), *details]
        if selector.any:
            parts.append(f"({self._or(self.of(each) for each in selector.any)})")
        text = " ".join(parts)
        return f"{text}, {self._say('not', self.of(selector.negated))}" if selector.negated else text

    def _is_plain(self, selector: Selector) -> bool:
        return not (selector.meeting or selector.rule or selector.away)

    def _noun(self, selector: Selector) -> str:
        if selector.rule:
            return self._say("blocks", self._or(f"`{rule}`" for rule in selector.rule))
        if selector.meeting:
            return self._or(self._say(word) for word in selector.meeting)
        return self._say("absences" if selector.away else "events")

    def _details(self, selector: Selector) -> Iterator[str]:
        if selector.title:
            yield self._or(self._say("quoted", each.text) for each in selector.title)
        if selector.attendees is not None:
            yield from self._company(selector.attendees)
        if [party.kind for party in selector.organizer] == ["me"]:
            yield self._say("mine")
        elif selector.organizer:
            yield self._say("called", self._or(map(self._party, selector.organizer)))
        if selector.lasts is not None:
            yield self._length(selector.lasts)
        yield from (f"#{tag}" for tag in selector.tag)
        if selector.location:
            yield self._say("place", self._or(self._say("quoted", each.text) for each in selector.location))
        yield from self._kind(selector)
        if selector.on is not None:
            yield self._say("on", self._days(selector.on))
        if selector.between:
            yield self._say("between", self._or(f"{_clock(w.start)}–{_clock(w.end)}" for w in selector.between))
        if selector.calendar:
            yield self._say("calendar", self._or(self._say("quoted", each) for each in selector.calendar))

    def _kind(self, selector: Selector) -> Iterator[str]:
        if selector.all_day is not None:
            yield self._say("whole" if selector.all_day else "timed")
        if selector.recurring is not None:
            yield self._say("series" if selector.recurring else "single")
        if selector.response:
            yield self._say("response", self._or(self._say(word) for word in selector.response))
        if selector.show_as:
            yield self._say("shown", self._or(self._say(word) for word in selector.show_as))
        if selector.away is False:
            yield self._say("present")

    def _company(self, test: AttendeeTest) -> Iterator[str]:
        if test.any:
            yield self._say("with", self._or(map(self._party, test.any)))
        if test.all:
            yield self._say("with", self._say("and").join(map(self._party, test.all)))
        if test.none:
            yield self._say("without", self._or(map(self._party, test.none)))
        if test.count is not None:
            least, most = test.count
            number = str(least) if most in (None, least) else self._say("to", least, most)
            yield self._say("others-or-more" if most is None else "others", number)

    def _party(self, party: Party) -> str:
        match party.kind:
            case "group" | "tier":
                return self._say(party.kind, party.value)
            case "me":
                return self._say("me")
            case "domain":
                return f"*@{party.value}"
        return party.value

    def _length(self, lasts: Comparison) -> str:
        if lasts.least is not None and lasts.most is not None:
            return self._say("lasting", duration(lasts.least), duration(lasts.most))
        if lasts.most is not None:
            return self._say("shorter" if lasts.most_open else "most", duration(lasts.most))
        return self._say("longer" if lasts.least_open else "least", duration(lasts.least or 0))

    def _days(self, weekdays: Weekdays) -> str:
        return self._or(self._words.days[day] for day in sorted(weekdays))

    def _or(self, parts: Iterable[str]) -> str:
        return self._say("or").join(parts)

    def _say(self, name: str, *facts: object) -> str:
        return _TEXT[name][self._tongue].format(*facts)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
