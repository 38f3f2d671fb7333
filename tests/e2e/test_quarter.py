"""A realistic quarter simulated with the demonstration: each follow-up once, in time, to the right people, in the right
language. Judged by `quarter.py`, from the files that `agendad simulate` leaves.

Both languages are simulated side by side, each in a process of its own, a cycle every eight hours; the person of the
example sends each draft some hours after it was made.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from quarter import ME, PARIS, Draft, Meeting, Quarter, slots

from agendad.app.demo_files import write_demo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST, LAST = date(2026, 11, 23), date(2027, 2, 21)
NOW = datetime(2026, 11, 23, tzinfo=PARIS)
END = datetime(2027, 2, 22, tzinfo=PARIS)
STEP = timedelta(hours=8)
GOLDEN = Path(__file__).parents[1] / "golden" / "quarter"
PROTECTED = (10, 18)
"""The hours of a working day outside of which the rules protect the time."""

READ: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "decline": "protected-mornings/tokyo@demo.example.com",
        "met-at-event": "met-at-an-event/meetup@demo.example.com/oskar",
        "follow-up": "thank-external-guests/customer-2-a@demo.example.com",
        "keep-in-touch": "keep-in-touch-monthly/2026-12/judith",
        "weekly-digest": "weekly-digest/2026-12-11",
    },
    "fr": {
        "follow-up": "thank-external-guests/board@demo.example.com",
        "met-at-event": "met-at-an-event/meetup@demo.example.com/anais",
        "thank-candidate": "thank-candidates/interview-2-0@demo.example.com",
        "keep-in-touch": "keep-in-touch-monthly/2026-12/salome",
        "hand-over": "hand-over-before-absence/holiday@demo.example.com",
    },
}
"""Ten drafts for a person to read, by the name of their golden file."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Quarter]:
    """The quarter in English and in French."""
    root = tmp_path_factory.mktemp("quarter")
    running = {}
    for language in ("en", "fr"):
        home = root / language
        write_demo(home, NOW, language)
        configuration = home / "agendad.yaml"
        text = configuration.read_text("utf-8")
        assert "\nhorizon: 6 weeks" in text
        configuration.write_text(text.replace("\nhorizon: 6 weeks", "\nhorizon: 2 weeks"), "utf-8")  # half the work
        words = [
            "--config",
            str(home),
            "--state",
            str(root / f"state-{language}"),
            "--out",
            str(root / f"{language}-out"),
        ]
        words += ["--from", f"{FIRST}", "--to", f"{LAST}", "--every", "8h", "--sends", "--quiet"]
        command = [sys.executable, "-m", "agendad", "simulate", *words]
        kept = {"PATH": os.environ.get("PATH", ""), "HOME": str(root)}
        running[language] = subprocess.Popen(
            command, env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    found = {}
    for language, process in running.items():
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        found[language] = Quarter(language, root / language, root / f"{language}-out", FIRST, LAST)
    return found


@pytest.fixture(params=["en", "fr"])
def quarter(both: dict[str, Quarter], request: pytest.FixtureRequest) -> Quarter:
    found: Quarter = both[request.param]
    return found


def to_follow_up(quarter: Quarter) -> Iterator[tuple[Meeting, str, datetime]]:
    """Each external meeting that deserves a mail, by which rule, and from when on."""
    for meeting in quarter.meetings:
        if not meeting.external or meeting.mine in {"DECLINED", "NEEDS-ACTION"} or meeting.minutes < 20:
            continue
        candidate = meeting.title.startswith(("Interview", "Entretien"))
        rule, delay = ("thank-candidates", 120) if candidate else ("thank-external-guests", 30)
        yield meeting, rule, meeting.end + timedelta(minutes=delay)


# ---------------------------------------------------------------- after meetings


def test_each_external_meeting_is_followed_up_once_to_its_guests_in_time(quarter: Quarter) -> None:
    """Due in the first working moment from the end and the delay on, so never on an absence and never at night."""
    expected: dict[tuple[str, datetime], tuple[Meeting, str]] = {}
    for meeting, rule, asked in to_follow_up(quarter):
        due = quarter.working_moment(asked)
        found = [each for each in quarter.of(rule) if each.about(meeting) and each.to & meeting.guests]
        found = [each for each in found if meeting.end <= each.due <= meeting.end + timedelta(days=14)]
        if due >= END - STEP:
            continue
        assert [each.to for each in found] == [meeting.external], meeting
        assert found[0].due == due, meeting
        assert found[0].due - asked <= timedelta(hours=48) or quarter.away & days(asked, due), meeting
        assert due <= found[0].made < due + STEP
        assert found[0].copies == ()
        expected[rule, due] = (meeting, found[0].key)
    rules = Counter(rule for rule, _ in expected)
    assert rules["thank-external-guests"] >= 25
    assert rules["thank-candidates"] >= 22
    keys = {key for _, key in expected.values()}
    others = {each.key for each in quarter.drafts if each.rule in rules} - keys
    assert others == set()


def test_there_are_hard_cases_among_the_meetings(quarter: Quarter) -> None:
    """Several guests of two languages, one who declined, an evening, an absence, an invitation without an answer."""
    found = [meeting for meeting, _, _ in to_follow_up(quarter)]
    assert any(len(meeting.external) >= 3 for meeting in found)
    assert any(
        {"fr", "en"} <= {quarter.people[each]["language"] for each in meeting.external & set(quarter.people)}
        for meeting in found
    )
    assert "greta@example.net" not in next(each.guests for each in found if each.uid.startswith("circle@"))
    assert any(meeting.end.hour >= 18 for meeting in found)
    assert any(quarter.away & days(meeting.end, quarter.working_moment(meeting.end)) for meeting in found)
    assert any(meeting.mine == "NEEDS-ACTION" for meeting in quarter.meetings)


def test_people_who_were_met_hear_within_two_days(quarter: Quarter) -> None:
    met = {email: person["met"] for email, person in quarter.people.items() if "met" in person}
    meetup = next(each for each in quarter.earlier if each.title in met.values())
    found = quarter.of("met-at-an-event")
    assert {each.to for each in found} == {frozenset([email]) for email in met}
    assert len(met) == len(found) == 2
    for draft in found:
        assert draft.made - meetup.end <= timedelta(hours=48)
        assert meetup.title in draft.text


def test_those_of_long_meetings_are_asked_for_decisions_once(quarter: Quarter) -> None:
    long = [
        each
        for each in quarter.meetings
        if each.organizer == ME and each.guests and not each.external and each.minutes >= 90
    ]
    assert long
    assert [each.to for each in quarter.of("ask-for-decisions")] == [each.guests for each in long]
    for draft, meeting in zip(quarter.of("ask-for-decisions"), long, strict=True):
        assert draft.due == quarter.working_moment(meeting.end + timedelta(minutes=15))


# ---------------------------------------------------------------- protected time, absences


def test_an_invitation_in_protected_time_is_answered_once_with_times_that_are_free(quarter: Quarter) -> None:
    early = [each for each in quarter.meetings if each.start.hour < PROTECTED[0] and each.mine == "NEEDS-ACTION"]
    found = [*quarter.of("protected-mornings"), *quarter.of("protected-evenings")]
    assert [each.to for each in found] == [frozenset([each.organizer]) for each in early]
    assert all(draft.made < meeting.start for draft, meeting in zip(found, early, strict=True))


def test_no_mail_offers_a_time_that_is_taken_protected_or_off(quarter: Quarter) -> None:
    offered = 0
    for draft in quarter.drafts:
        for start, end in slots(draft) if draft.rule != "weekly-digest" else ():
            offered += 1
            assert draft.made < start, draft.key
            assert quarter.works(start.date()), draft.key
            assert PROTECTED[0] <= start.hour, (draft.key, start)
            assert end <= start.replace(hour=PROTECTED[1], minute=0), (draft.key, end)
            taken = [
                each.title
                for each in quarter.meetings
                if each.busy and each.start < end and start < each.end and each.mine != "DECLINED"
            ]
            assert taken == [], (draft.key, start)
    assert offered > 60


def test_the_team_hears_of_the_absence_once_and_before(quarter: Quarter) -> None:
    team = frozenset(email for email, person in quarter.people.items() if "team" in person["groups"])
    (draft,) = quarter.of("hand-over-before-absence")
    leaves = datetime.combine(min(quarter.away), datetime.min.time(), PARIS)
    assert draft.to == team
    assert draft.due == quarter.working_moment(leaves - timedelta(days=5))


def test_nothing_is_made_on_a_day_of_absence(quarter: Quarter) -> None:
    assert [each.key for each in quarter.drafts if each.made.date() in quarter.away] == []
    assert [each.key for each in quarter.drafts if each.due.date() in quarter.away] == []


# ---------------------------------------------------------------- keeping in touch


def test_the_closest_hear_at_most_once_a_month_and_only_who_was_not_in_touch(quarter: Quarter) -> None:
    """Nobody who was met or written to in the month already, nor within 25 days."""
    found = quarter.of("keep-in-touch-monthly")
    closest = {email for email, person in quarter.people.items() if person["tier"] == 1}
    assert {email for draft in found for email in draft.to} <= closest
    assert max(Counter((draft.made.month, *draft.to) for draft in found).values()) == 1
    assert len(found) >= 8
    for draft in found:
        (email,) = draft.to
        before = quarter.contacts(email, draft.made, draft)
        assert not any((at.year, at.month) == (draft.made.year, draft.made.month) for at in before), draft.key
        assert draft.made - before[-1] >= timedelta(days=25), draft.key


def test_none_of_the_closest_is_forgotten_in_a_whole_month(quarter: Quarter) -> None:
    closest = [email for email, person in quarter.people.items() if person["tier"] == 1]
    months: dict[str, set[int]] = defaultdict(set)
    for draft in quarter.drafts:
        for email in draft.to:
            months[email].add(draft.made.month)
    for meeting in quarter.meetings:
        for email in meeting.guests:
            months[email].add(meeting.end.month)
    assert [email for email in closest if not {12, 1} <= months[email]] == []


def test_the_next_circle_hears_at_most_once_a_quarter(quarter: Quarter) -> None:
    found = quarter.of("keep-in-touch-quarterly")
    wider = {email for email, person in quarter.people.items() if person["tier"] == 2}
    assert found
    assert {email for draft in found for email in draft.to} <= wider
    assert max(Counter((draft.made.year, *draft.to) for draft in found).values()) == 1
    for draft in found:
        (email,) = draft.to
        started = datetime(draft.made.year, (draft.made.month - 1) // 3 * 3 + 1, 1, tzinfo=PARIS)
        assert not [at for at in quarter.contacts(email, draft.made, draft) if at >= started], draft.key


# ---------------------------------------------------------------- all of them


def test_no_draft_comes_twice_and_all_went_out(quarter: Quarter) -> None:
    assert max(Counter(each.key for each in quarter.drafts).values()) == 1
    assert max(Counter(each.message_id for each in quarter.drafts).values()) == 1
    assert quarter.report["failed"] == []
    assert {each.fate for each in quarter.drafts if each.made < END - timedelta(days=3)} == {"sent"}
    assert {each.key for each in quarter.drafts if each.late} == {"thank-external-guests/contract@demo.example.com"}


def test_only_the_digest_goes_to_oneself_on_each_working_friday(quarter: Quarter) -> None:
    fridays = [FIRST + timedelta(days=number) for number in range(4, (LAST - FIRST).days, 7)]
    digests = quarter.of("weekly-digest")
    assert [each.due.date() for each in digests] == [day for day in fridays if quarter.works(day)]
    assert {(each.due.hour, each.due.minute) for each in digests} == {(15, 30)}
    assert [each.rule for each in quarter.drafts if ME in each.to] == ["weekly-digest"] * len(digests)


def test_each_draft_is_in_the_language_of_its_readers(quarter: Quarter) -> None:
    other = "fr" if quarter.language == "en" else "en"
    spoken = Counter(each.language for each in quarter.drafts)
    assert spoken[other] >= 5
    for draft in quarter.drafts:
        assert draft.language == quarter.spoken(draft.to - {ME}), draft.key
        assert draft.text.startswith({"en": "Hello", "fr": "Bonjour"}[draft.language]), draft.key


def test_threads_go_on_where_there_is_one(quarter: Quarter) -> None:
    """The first review with Atelier Lumen answers the mails about it; the next one answers that answer."""
    by_id = {each.message_id: each for each in quarter.drafts}
    lumen = [each for each in quarter.of("thank-external-guests") if each.to == {"sofia@example.net"}]
    assert lumen[0].answers.endswith("@demo.example.com>")
    assert [by_id.get(each.answers) for each in lumen[1:]] == lumen[:-1]
    assert {each.subject for each in lumen} == {lumen[0].subject}
    assert lumen[0].subject.startswith("Re: Atelier Lumen")


@pytest.mark.parametrize(("language", "name"), [(language, name) for language, names in READ.items() for name in names])
def test_ten_drafts_read_as_in_their_golden_files(both: dict[str, Quarter], language: str, name: str) -> None:
    """`AGENDAD_GOLDEN=write` writes them anew, for a person to read: would you send eight of them as they are?"""
    (draft,) = [each for each in both[language].drafts if each.key == READ[language][name]]
    file = GOLDEN / f"{name}.{language}.txt"
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(as_read(draft), "utf-8")
    assert as_read(draft) == file.read_text("utf-8"), f"differs from {file}"


def as_read(draft: Draft) -> str:
    """A draft as a mail program shows it."""
    lines = [f"Due: {draft.due:%Y-%m-%d %H:%M}", f"To: {', '.join(sorted(draft.to))}", f"Subject: {draft.subject}"]
    return "\n".join(lines) + f"\n\n{draft.text}"


def days(start: datetime, end: datetime) -> set[date]:
    """The days from one instant to another, both included."""
    return {start.date() + timedelta(days=number) for number in range((end.date() - start.date()).days + 1)}
