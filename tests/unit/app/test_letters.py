"""A draft that the engine wants becomes a letter: in the reader's language and zone, from what the cycle knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from agendad.app.letter_views import called, first_name
from agendad.app.letters import Writer, mail_draft, reply_subject, slot_wish, variant
from agendad.drafting.letters import LetterError
from agendad.model.calendar import Attendee, Event, EventFields, Response
from agendad.model.mail import Message
from agendad.model.rule import TimeWindow
from agendad.model.settings import Person
from unit.app.letter_world import (
    CAMILLE,
    GRACE,
    ME,
    NOW,
    PARIS,
    SETTINGS,
    STRANGER,
    TIM,
    draft,
    event,
    letter,
    meeting,
    minute,
    openings,
    surroundings,
)


def text(body: str, *people: Person, about: Event | None = None, language: str = "en", **changes) -> str:
    """The text of a letter of one template, on one line."""
    wanted = draft(letter(body, fr=body), *people, about=about, language=language)
    return " | ".join(Writer(surroundings(**changes)).write(wanted).text.split("\n")).removesuffix(" | ")


def refused(body: str, *people: Person) -> LetterError:
    with pytest.raises(LetterError) as caught:
        text(body, *people)
    return caught.value


class TestContext:
    def test_a_person_has_all_their_fields(self):
        body = "{{ person }}; {{ person.first_name }}; {{ person.email }}; {{ person.topics }}; {{ person.tier }}"
        assert text(body, GRACE) == "Grace Hopper; Grace; grace@navy.example; compilers; 1"

    def test_what_nobody_knows_of_a_person_is_empty(self):
        body = "[{{ person.notes }}{{ person.met }}{{ person.tier }}{{ person.groups }}{{ person.last_contact }}]"
        assert text(body, STRANGER) == "[]"

    def test_person_is_the_first_of_the_people(self):
        assert text("{{ person }}, {{ people }}", TIM, CAMILLE) == "Tim Lee, Tim Lee and Camille Besson"

    def test_in_a_letter_to_oneself_the_person_is_oneself(self):
        assert text("{{ person.first_name }} {{ me.email }} {{ people | length }}") == "Ada ada@example.com 0"

    def test_the_event_is_seen_with_those_who_may_come(self):
        guests = (
            Attendee(ME.address, "Ada"),
            Attendee(GRACE.email, "G. Hopper"),
            Attendee("room@example.com", "Room", human=False),
            Attendee("late@other.example", "Late", Response.DECLINED),
            Attendee(STRANGER.email),
        )
        about = replace(meeting(title="Board"), attendees=guests, organizer=GRACE.email)
        body = "{{ event }}: {{ event.attendees }}; {{ attendees == event.attendees }}; {{ event.organizer }}"
        assert text(body, GRACE, about=about) == "Board: Grace Hopper and x@other.example; True; Grace Hopper"

    def test_an_event_of_whole_days_has_dates(self):
        about = Event("personal", "u", EventFields("Away", date(2026, 12, 1), date(2026, 12, 3)))
        body = "{{ event | when }}; {{ event.all_day }}; {{ event.first_day | day }}; {{ event.organizer }}"
        assert text(body, TIM, about=about) == ("Tuesday 1 December – Wednesday 2 December; True; Tuesday 1 December;")

    @pytest.mark.parametrize(("language", "said"), [("en", "(no title)"), ("fr-CA", "(sans titre)")])
    def test_an_event_without_a_title_has_words_for_it(self, language: str, said: str):
        assert text("{{ event.title }}", TIM, about=meeting(title=" \u200b "), language=language) == said

    def test_without_an_event_there_is_none(self):
        assert refused("{{ event }}", TIM).hint == ""
        assert text("{% if event is defined %}a{% else %}b{% endif %}", TIM) == "b"

    def test_the_history_with_a_person_is_told(self):
        body = "{% for each in history(person) %}{{ each.title }} ({{ each.kind }}, {{ each | ago }}){% endfor %}"
        assert text(body, GRACE) == "Compilers, second round (meeting, two months ago)"
        assert text("{{ person.last_contact | date }}", GRACE) == "15 September 2026"

    def test_signals_are_those_that_hold(self):
        assert text("{{ signals() | map(attribute='rule') }}") == "quiet"

    def test_balance_and_coming_events_are_asked_for_some_days(self):
        asked: list[tuple[str, int]] = []
        around = {
            "balance": lambda days: asked.append(("balance", days)) or [],
            "upcoming": lambda days: asked.append(("upcoming", days)) or [meeting()],
        }
        assert text("{{ balance() }}{{ balance(7) }}{{ balance(7) }}{{ upcoming() }}{{ upcoming(3) }}", **around) == (
            "Quarterly reviewQuarterly review"
        )
        assert asked == [("balance", 30), ("balance", 7), ("upcoming", 7), ("upcoming", 3)]

    @pytest.mark.parametrize(
        "body",
        [
            "{{ history('ada') }}",
            "{{ balance(0) }}",
            "{{ balance('x') }}",
            "{{ upcoming(9999) }}",
            "{{ free_slots(0) }}",
        ],
    )
    def test_a_function_refuses_what_it_does_not_take(self, body: str):
        error = refused(body)
        assert "templates/x.md.j2:4: `" in error.message
        assert "write" in error.hint


class TestSlots:
    BODY = "{% for slot in free_slots(2) %}{{ slot | when }}; {% endfor %}"

    def test_slots_are_in_the_language_of_the_letter(self):
        assert text(self.BODY, TIM) == "Wednesday 25 November, 09:00–09:30; Thursday 26 November, 13:30–14:00;"
        assert text(self.BODY, CAMILLE, language="fr").replace("\u00a0", " ").startswith("mercredi 25 novembre, 9 h 00")

    def test_slots_are_in_the_zone_of_the_reader_and_in_their_day(self):
        assert text(self.BODY, GRACE) == (
            "Wednesday 25 November, 08:00–08:30 (Eastern Time); Thursday 26 November, 08:00–08:30 (Eastern Time);"
        )

    def test_readers_in_several_zones_get_that_of_the_writer(self):
        assert "Eastern" not in text(self.BODY, GRACE, TIM)
        assert "Eastern" not in text(self.BODY, GRACE, STRANGER)

    @pytest.mark.parametrize("zone", ["Nowhere/City", "../etc/passwd", "\0", "Europe"])
    def test_a_zone_that_there_is_not_is_that_of_the_writer(self, zone: str):
        assert "09:00" in text(self.BODY, replace(TIM, timezone=zone))

    def test_taken_time_is_not_offered(self):
        full = openings(busy=[(minute(date(2026, 11, 25), 9), minute(date(2026, 11, 25), 17))])
        assert text("{{ free_slots(1)[0] | when }}", TIM, openings=lambda: full) == "Wednesday 25 November, 17:00–17:30"

    def test_a_slot_is_as_long_as_the_event(self):
        about = event("x", datetime(2026, 11, 24, 9, tzinfo=PARIS), 1.5)
        body = "{{ free_slots(1, lasts=event)[0] | duration }}"
        assert text(body, TIM, about=about) == "1 hour 30 minutes"
        assert text(body, TIM, about=event("x", datetime(2026, 11, 24, 9, tzinfo=PARIS), 8)) == "1 hour"
        assert (
            text(body, TIM, about=Event("p", "u", EventFields("x", date(2026, 12, 1), date(2026, 12, 2)))) == "1 hour"
        )

    def test_the_time_is_looked_at_once_a_cycle(self):
        looked: list[int] = []
        writer = Writer(surroundings(openings=lambda: looked.append(1) or openings()))
        for _ in range(3):
            writer.write(draft(letter("{{ free_slots(1) }}{{ free_slots(2) }}"), TIM))
        assert looked == [1]

    def test_arguments_are_written_as_in_rules(self):
        wish = slot_wish(2, "1h30m", ["09:00-10:00", "14:00-17:00"], "2 weeks")
        assert (wish.count, wish.lasts, wish.within) == (2, 90, 14 * 1440)
        assert wish.between == (TimeWindow(540, 600), TimeWindow(840, 1020))
        assert slot_wish(1, 45, "working hours", None).between == ()

    @pytest.mark.parametrize(
        ("arguments", "message", "hint"),
        [
            ((1, "30", None, None), "`free_slots`: `30` has no unit", "write `30m`, `30h` or `30 days`"),
            ((1, "30m", "14-17", None), "`free_slots`: expected", "did you mean"),
            ((1, -5, None, None), "`lasts` is a length of time", 'write for example `lasts="30m"`'),
            ((99, "30m", None, None), "`free_slots` gives 1 to 20 slots", "write for example `free_slots(3)`"),
        ],
    )
    def test_wrong_arguments_are_told_as_in_rules(self, arguments, message: str, hint: str):
        with pytest.raises(LetterError) as caught:
            slot_wish(*arguments)
        assert caught.value.message.startswith(message)
        assert caught.value.hint.startswith(hint)


class TestLanguage:
    @pytest.mark.parametrize(
        ("language", "tags", "chosen"),
        [
            ("fr", ["", "fr"], "fr"),
            ("fr-CA", ["", "fr"], "fr"),
            ("fr-CA", ["", "fr", "fr-CA"], "fr-CA"),
            ("FR-ca", ["fr-CA", "fr"], "fr-CA"),
            ("de", ["", "fr"], ""),
            ("de", ["en", "fr"], "fr"),
            ("de", ["en", "it"], "en"),
            ("", ["", "fr"], ""),
        ],
    )
    def test_the_nearest_variant_is_chosen(self, language: str, tags: list[str], chosen: str):
        written = letter("x", **dict.fromkeys(tags, "x"))
        written = replace(written, variants={tag: written.variants[tag] for tag in tags})
        assert variant(written, language, "fr") == chosen

    def test_the_words_are_in_the_language_of_the_template(self):
        body = letter("{{ now | day }}", fr="{{ now | day }}", subject='x"\nlanguage: "en')
        said = {
            language: Writer(surroundings()).write(draft(body, TIM, language=language)).text.strip()
            for language in ("en", "fr", "fr-CA", "de", "en-US")
        }
        assert said["fr"] == said["fr-CA"] == "mardi 24 novembre"
        assert said["en"] == said["de"] == "Tuesday 24 November"
        assert said["en-US"] == "Tuesday, November 24"

    def test_a_template_that_names_no_language_is_in_that_of_the_configuration(self):
        around = surroundings(settings=replace(SETTINGS, language="fr"))
        written = Writer(around).write(draft(letter("{{ now | day }}"), TIM, language="de"))
        assert (written.text, written.language) == ("mardi 24 novembre\n", "fr")


class TestErrors:
    def test_a_failing_template_is_named_with_its_line_and_rule(self):
        error = refused("a\n{{ 1 / 0 }}", TIM)
        assert error.message == "templates/x.md.j2:5: division by zero (rule `thank`)"
        assert (error.line, error.exit_status) == (5, 1)

    def test_the_file_of_the_language_is_named(self):
        with pytest.raises(LetterError) as caught:
            Writer(surroundings()).write(draft(letter("x", fr="{{ x }}"), TIM, language="fr"))
        assert caught.value.message.startswith("templates/x.fr.md.j2:4: there is no `x` here")


class TestMail:
    THREAD = Message(
        NOW, "grace@navy.example", ("ada@example.com",), "AW: Re: Planning", "<2@x>", ("<1@x>", "<2@x>"), sent=False
    )

    def test_a_mail_has_all_that_the_draft_and_the_letter_say(self):
        wanted = draft(replace(letter("Hello", subject="Hi {{ person }}"), label="Later"), GRACE)
        wanted = replace(wanted, cc=wanted.to, bcc=wanted.to)
        mail = mail_draft(wanted, Writer(surroundings()).write(wanted), ME, NOW)
        assert (mail.key, mail.rule, mail.at, mail.label, mail.language) == (
            "thank/sample",
            "thank",
            NOW,
            "Later",
            "en",
        )
        assert (mail.sender.email, mail.sender.name) == ("ada@example.com", "Ada Martin")
        assert mail.to == mail.cc == mail.bcc == wanted.to
        assert (mail.subject, mail.text) == ("Hi Grace Hopper", "Hello\n")
        assert mail.html.startswith("<!DOCTYPE html>")
        assert (mail.in_reply_to, mail.references) == ("", ())

    def test_a_reply_stands_in_its_thread(self):
        wanted = draft(letter("Hello"), GRACE, thread=self.THREAD)
        mail = mail_draft(wanted, Writer(surroundings()).write(wanted), ME, NOW)
        assert mail.subject == "Re: Planning"
        assert mail.in_reply_to == "<2@x>"
        assert mail.references == ("<1@x>", "<2@x>")

    def test_a_thread_without_a_subject_is_answered_with_that_of_the_letter(self):
        wanted = draft(letter("Hello"), GRACE, thread=replace(self.THREAD, subject=" Re: "))
        assert Writer(surroundings()).write(wanted).subject == "Hello"

    @pytest.mark.parametrize(
        ("subject", "reply"),
        [
            ("Planning", "Re: Planning"),
            ("RE:re: Re[2]: Planning", "Re: Planning"),
            ("AW: SV: Planning", "Re: Planning"),
            ("Re : Réunion", "Re: Réunion"),
            ("Reply: x", "Re: Reply: x"),
            ("Fwd: x", "Re: Fwd: x"),
            ("a\r\nBcc: x\u202e", "Re: a Bcc: x"),
            ("", ""),
        ],
    )
    def test_a_reply_has_one_re(self, subject: str, reply: str):
        assert reply_subject(subject) == reply


@pytest.mark.parametrize(
    ("name", "email", "first"),
    [
        ("Grace Hopper", "g@x.org", "Grace"),
        ("Hopper, Grace", "g@x.org", "Grace"),
        ("Dr. Grace Hopper", "g@x.org", "Grace"),
        ("Mme Anne Dupont", "g@x.org", "Anne"),
        ("Jean-Pierre Martin", "g@x.org", "Jean-Pierre"),
        ("Prof.", "g@x.org", "Prof."),
        ("", "grace.hopper@x.org", "Grace"),
        ("grace.hopper@x.org", "grace.hopper@x.org", "Grace"),
        ("", "info@x.org", ""),
        ("", "ghopper@x.org", ""),
        ("\u200b", "g.hopper@x.org", ""),
        ("  Ada\n Lovelace ", "", "Ada"),
        ("山田 太郎", "", "山田"),
    ],
)
def test_a_letter_calls_people_by_their_first_name_where_it_is_known(name: str, email: str, first: str) -> None:
    assert first_name(Person("x", name, (email,) if email else ())) == first


@pytest.mark.parametrize(
    ("name", "email", "said"),
    [
        ("Grace  Hopper", "g@x.org", "Grace Hopper"),
        ("g@x.org", "g@x.org", "g@x.org"),
        ("", "g@x.org", "g@x.org"),
        ("", "", "x"),
    ],
)
def test_somebody_without_a_name_is_called_by_their_address(name: str, email: str, said: str) -> None:
    assert called(Person("x", name, (email,) if email else ())) == said
