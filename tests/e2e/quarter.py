"""What an outsider sees of a simulated quarter: the calendar, the people, the mails, the working time.

Nothing of agendad is used here. Files are read by icalendar, recurring-ical-events, PyYAML, holidays and the standard
library, so that `test_quarter.py` judges with other eyes than those of the program.
"""

from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import holidays
import recurring_ical_events
import yaml
from babel.dates import get_month_names
from icalendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARIS: Final = ZoneInfo("Europe/Paris")
ME: Final = "ada@example.com"
AWAY: Final = ("Holiday", "Vacances")
MONTHS: Final = {"en": [*calendar.month_name][1:], "fr": [get_month_names(locale="fr")[n] for n in range(1, 13)]}


@dataclass(frozen=True)
class Meeting:
    """An event of the calendar that the program did not make; guests are those who did not decline."""

    uid: str
    title: str
    start: datetime
    end: datetime
    organizer: str
    mine: str
    guests: frozenset[str]
    busy: bool

    @property
    def external(self) -> frozenset[str]:
        return frozenset(guest for guest in self.guests if not guest.endswith("@example.com"))

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / timedelta(minutes=1)


@dataclass(frozen=True)
class Draft:
    """One .eml of the simulation, with what its report says of it."""

    key: str
    rule: str
    to: frozenset[str]
    copies: tuple[str, ...]
    subject: str
    language: str
    text: str
    message_id: str
    answers: str
    made: datetime
    due: datetime
    late: bool
    fate: str

    def about(self, meeting: Meeting) -> bool:
        """Whether its key names the meeting; instances of a series have UIDs of their own in a simulation."""
        return self.key.partition("/")[2] == meeting.uid


@dataclass(frozen=True)
class Quarter:
    """A demonstration in one language, and what a simulation of it left."""

    language: str
    home: Path
    out: Path
    first: date
    last: date

    @cached_property
    def people(self) -> dict[str, dict[str, Any]]:
        """The people by address."""
        found = yaml.safe_load((self.home / "people.yaml").read_text("utf-8"))["people"]
        return {person["emails"][0]: {"id": ident, **person} for ident, person in found.items()}

    @cached_property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "report.json").read_text("utf-8"))
        return found

    @cached_property
    def drafts(self) -> list[Draft]:
        """Every mail that was put into Drafts, in the order of time."""
        told = {row["file"]: row for row in self.report["drafts"]}
        files = {f"drafts/{path.name}": path for path in (self.out / "drafts").iterdir()}
        assert set(told) == set(files), "the report and the folder tell of the same drafts"
        return sorted((_draft(files[name].read_bytes(), told[name]) for name in files), key=lambda each: each.made)

    def of(self, rule: str) -> list[Draft]:
        return [draft for draft in self.drafts if draft.rule == rule]

    @cached_property
    def meetings(self) -> list[Meeting]:
        """The events of the range that are not the program's own, whole days left out."""
        whole = Calendar.from_ical((self.out / "calendar.ics").read_bytes())
        found = recurring_ical_events.of(whole).between(self.first, self.last + timedelta(days=1))
        return sorted(_meetings(found), key=lambda each: each.start)

    @cached_property
    def earlier(self) -> list[Meeting]:
        """The meetings of the weeks before the range, from the demonstration itself."""
        found: list[Any] = []
        for path in sorted((self.home / "calendars").glob("*/*.ics")):
            one = Calendar.from_ical(path.read_bytes())
            found += recurring_ical_events.of(one).between(self.first - timedelta(days=92), self.first)
        return list(_meetings(found))

    @cached_property
    def away(self) -> frozenset[date]:
        """The days of absence."""
        whole: Any = Calendar.from_ical((self.out / "calendar.ics").read_bytes())
        found = frozenset(
            event["DTSTART"].dt + timedelta(days=number)
            for event in whole.events
            if str(event["SUMMARY"]) in AWAY and not isinstance(event["DTSTART"].dt, datetime)
            for number in range((event["DTEND"].dt - event["DTSTART"].dt).days)
        )
        assert len(found) == 4
        return found

    @cached_property
    def wrote(self) -> list[tuple[datetime, frozenset[str]]]:
        """The mails that the person had sent before the range."""
        mails = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in self._sent())
        return [
            (parsedate_to_datetime(mail["Date"]), frozenset(each.addr_spec for each in mail["To"].addresses))
            for mail in mails
        ]

    def _sent(self) -> Iterator[Path]:
        yield from (self.home / "Mail" / ".Sent" / "cur").iterdir()

    # ------------------------------------------------------------ working time

    @cached_property
    def holidays(self) -> frozenset[date]:
        return frozenset(holidays.country_holidays("FR", years=range(self.first.year, self.last.year + 1)))

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays and day not in self.away

    def working_moment(self, moment: datetime) -> datetime:
        """The moment itself in working hours, else the next working morning."""
        moment = moment.astimezone(PARIS)
        day = moment.date()
        if self.works(day) and moment.time() < time(18):
            return max(moment, datetime.combine(day, time(9), PARIS))
        day += timedelta(days=1)
        while not self.works(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(9), PARIS)

    # ------------------------------------------------------------ people

    def spoken(self, addresses: frozenset[str]) -> str:
        """The language that all of them share, else that of the person."""
        languages = {self.people.get(each, {}).get("language", self.language) for each in addresses}
        return languages.pop() if len(languages) == 1 else self.language

    def contacts(self, address: str, until: datetime, besides: Draft) -> list[datetime]:
        """When the person met or wrote to somebody before an instant; every other draft counts as sent."""
        met = [
            each.end
            for each in (*self.earlier, *self.meetings)
            if address in each.guests and each.mine != "DECLINED" and len(each.guests) < 20
        ]
        wrote = [at for at, to in self.wrote if address in to]
        wrote += [each.made for each in self.drafts if address in each.to and each is not besides]
        return sorted(at for at in (*met, *wrote) if at < until)


def slots(draft: Draft) -> Iterator[tuple[datetime, datetime]]:
    """The times that a draft offers, where they are told in the zone of the person."""
    months = MONTHS[draft.language]
    clock = r"(\d\d?)(?:\sh\s|:)(\d\d)"
    line = re.compile(rf"\w+ (\d\d?)(?:er)? ({'|'.join(months)}),? {clock}\s?–\s?{clock}(?! \()")
    for day, month, *clocks in line.findall(draft.text):
        number = months.index(month) + 1
        on = date(draft.made.year + (number < draft.made.month), number, int(day))
        hours = [int(each) for each in clocks]
        yield (
            datetime.combine(on, time(hours[0], hours[1]), PARIS),
            datetime.combine(on, time(hours[2], hours[3]), PARIS),
        )


def _draft(data: bytes, told: dict[str, Any]) -> Draft:
    mail = message_from_bytes(data, policy=policy.default)
    assert not mail.defects
    body = mail.get_body(("plain",))
    assert body is not None
    to = frozenset(each.addr_spec for each in mail["To"].addresses)
    assert to == set(told["to"])
    assert mail["From"].addresses[0].addr_spec == ME
    return Draft(
        key=str(mail["X-Agendad-Key"]),
        rule=str(mail["X-Agendad-Rule"]),
        to=to,
        copies=tuple(name for name in ("Cc", "Bcc") if mail[name]),
        subject=str(mail["Subject"]),
        language=str(mail["Content-Language"]),
        text=body.get_content().replace("\r\n", "\n"),
        message_id=str(mail["Message-ID"]),
        answers=str(mail["In-Reply-To"] or ""),
        made=parsedate_to_datetime(mail["Date"]).astimezone(PARIS),
        due=datetime.fromisoformat(told["due"]),
        late=told["late"],
        fate=told["fate"],
    )


def _meetings(events: list[Any]) -> Iterator[Meeting]:
    for event in events:
        start = event["DTSTART"].dt
        if not isinstance(start, datetime) or "X-AGENDAD-KEY" in event or event.get("STATUS") == "CANCELLED":
            continue
        listed = event.get("ATTENDEE", [])
        answers = {
            str(party).removeprefix("mailto:"): str(party.params.get("PARTSTAT", "NEEDS-ACTION"))
            for party in (listed if isinstance(listed, list) else [listed])
        }
        yield Meeting(
            uid=str(event["UID"]),
            title=str(event["SUMMARY"]),
            start=start.astimezone(PARIS),
            end=event["DTEND"].dt.astimezone(PARIS),
            organizer=str(event.get("ORGANIZER", "")).removeprefix("mailto:"),
            mine=answers.get(ME, ""),
            guests=frozenset(each for each, answer in answers.items() if each != ME and answer != "DECLINED"),
            busy=event.get("TRANSP") != "TRANSPARENT",
        )
