"""A year of the cto pack, as `docs/year.md` tells it: what the guide asks for, which rules bring it, what came of it.

    make year

writes the page anew. The year is that of the demonstration, whose calendar goes on here to its end: customers and
candidates, three more conferences and board meetings, two long holidays and two short ones. A cycle a day, drafts are
sent some hours after they were made. `test_year.py` holds the page true.
"""

from __future__ import annotations

import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from icalendar import vCalAddress

from agendad.app.demo_calendar import FRI, MON, THU, TUE, WED, Entry
from agendad.app.demo_files import ZONE, write_demo
from agendad.app.demo_ics import Stage, as_icalendar
from agendad.app.demo_people import ME, someone
from agendad.app.home import Home
from agendad.app.simulate import Course, simulate
from agendad.app.simulation_report import report_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.views.report import Report

PACK: Final = "cto"
MONDAY: Final = date(2027, 1, 4)
QUARTER: Final = date(2027, 3, 31)
YEAR: Final = date(2027, 12, 31)
LANGUAGES: Final = ("en", "fr")
PAGE: Final = Path(__file__).resolve().parents[2] / "docs/year.md"

HORIZON: Final = "3 weeks"
"""Half of the usual one, which takes twice the time; blocks come a little later and stand where they stood."""


@dataclass(frozen=True)
class System:
    """What the guide asks for in a few words, in English and in French, and the rules that bring it."""

    asks: tuple[str, str]
    rules: tuple[str, ...]


SYSTEMS: Final = {
    "S1": System(
        (
            "A week with an architecture: personal time, deep work, meetings, administration, cut-off",
            "Une semaine construite : temps personnel, travail de fond, réunions, administratif, coupure",
        ),
        ("personal-time", "deep-work", "meetings-and-management", "admin-and-email", "cut-off"),
    ),
    "S2": System(
        (
            "No meeting before ten nor after five, a day without meetings, real holidays",
            "Pas de réunion avant dix heures ni après dix-sept, un jour sans réunion, de vraies vacances",
        ),
        (
            "no-meeting-before-ten",
            "no-meeting-after-five",
            "meeting-free-day",
            "long-term-work",
            "hand-over-before-absence",
            "announce-long-absence",
            "prepare-hand-over",
            "sign-out",
            "first-morning-back",
            "thank-after-absence",
        ),
    ),
    "S3": System(
        (
            "Micro-breaks: breathe, walk, read at midday, no screen before bed",
            "Micro-pauses : respirer, marcher, lire à midi, pas d’écran avant le coucher",
        ),
        ("breathe", "walk-after-long-meeting", "midday-reading", "no-screen-before-bed"),
    ),
    "S4": System(
        (
            "Macro-breaks: the Friday review, a day off each weekend, short breaks, two long ones a year",
            "Macro-pauses : revue du vendredi, un jour sans travail par week-end, pauses courtes, deux longues par an",
        ),
        ("weekly-review", "weekly-letter", "day-without-work", "short-break", "plan-two-weeks-off"),
    ),
    "S5": System(
        (
            "Each week: a coffee with the team, a lunch with a peer, a check-in with the leadership",
            "Chaque semaine : un café avec l’équipe, un déjeuner avec un pair, un point avec la direction",
        ),
        ("monday-coffee", "wednesday-lunch", "friday-check-in"),
    ),
    "S6": System(
        (
            "Each month: a skip-level, a lunch with a CTO, a networking event, feedback",
            "Chaque mois : un échange sans intermédiaire, un déjeuner entre CTO, un évènement, un retour",
        ),
        (
            "skip-level",
            "after-a-skip-level",
            "lunch-with-a-cto",
            "networking-event",
            "ask-for-feedback",
            "feedback-session",
        ),
    ),
    "S7": System(
        (
            "Each quarter: open questions, a team day, an industry event, a 360° review",
            "Chaque trimestre : questions ouvertes, une journée d’équipe, un évènement du métier, un 360°",
        ),
        ("open-questions", "collect-questions", "team-day", "industry-event", "ask-for-360", "read-the-360"),
    ),
    "S8": System(
        (
            "Five circles in three tiers: a word each month, each quarter, each year",
            "Cinq cercles sur trois rangs : un mot chaque mois, chaque trimestre, chaque année",
        ),
        ("keep-in-touch-monthly", "keep-in-touch-quarterly", "keep-in-touch-yearly"),
    ),
    "S9": System(
        (
            "A simple CRM: last contact, topics, projects, reminders",
            "Un CRM simple : dernier contact, sujets, projets, rappels",
        ),
        ("network-review", "keep-in-touch-monthly", "keep-in-touch-quarterly", "keep-in-touch-yearly"),
    ),
    "S10": System(
        (
            "Events: prepare, note whom you met, write to each within 48 hours",
            "Évènements : préparer, noter qui on a rencontré, écrire à chacun sous 48 heures",
        ),
        ("prepare-for-an-event", "write-down-who-you-met", "met-at-an-event", "after-an-external-meeting"),
    ),
    "S11": System(
        ("Publish regularly, take part in discussions of the field", "Publier, prendre part aux discussions du métier"),
        ("publishing-slot", "field-discussions"),
    ),
    "S12": System(
        (
            "Give value: introductions, opportunities, expertise, resources",
            "Donner : mises en relation, opportunités, expertise, ressources",
        ),
        ("give-an-introduction", "give-an-opportunity", "give-expertise", "give-a-resource"),
    ),
    "S13": System(
        (
            "Learning: a fifth core, three fifths leadership, a fifth emerging",
            "Apprendre : un cinquième socle, trois cinquièmes leadership, un cinquième nouveautés",
        ),
        ("watch-emerging", "watch-core", "architecture", "leadership-learning", "learning-off-balance"),
    ),
    "S14": System(
        (
            "A mastermind of six to eight CTOs, two hours a month; how to found one",
            "Un groupe de six à huit CTO, deux heures par mois ; comment le fonder",
        ),
        (
            "mastermind-session",
            "mastermind-invitation",
            "mastermind-actions",
            "mastermind-half-way",
            "found-a-mastermind",
        ),
    ),
    "S15": System(("Coaching, two hours a month", "Du coaching, deux heures par mois"), ("coaching", "after-coaching")),
    "S16": System(
        (
            "Immersion: a day a quarter with sales, customer calls, industry events",
            "Immersion : une journée par trimestre avec les commerciaux, appels clients, évènements du métier",
        ),
        (
            "sales-day",
            "ask-for-a-sales-day",
            "after-the-sales-day",
            "customer-call",
            "ask-a-customer",
            "after-a-customer-call",
            "after-an-industry-event",
        ),
    ),
    "S17": System(
        (
            "A yearly plan: assess, set goals, learn, review, with its budget",
            "Un plan annuel : faire le point, fixer des objectifs, apprendre, dresser le bilan, avec son budget",
        ),
        (
            "yearly-plan",
            "assess-the-year",
            "ask-for-360-feedback",
            "set-smart-goals",
            "choose-courses-and-events",
            "second-quarter-letter",
            "third-quarter-letter",
            "main-course",
            "conferences",
            "team-growth-project",
            "learning-routines",
            "fourth-quarter-letter",
            "plan-next-year",
            "review-the-year",
            "share-learnings",
        ),
    ),
    "S18": System(
        ("Progressive delegation over six months", "Une délégation progressive sur six mois"),
        ("delegation", "delegation-mails"),
    ),
    "S19": System(
        (
            "Being mentored: a frame, prepared sessions, notes afterwards",
            "Avoir un mentor : un cadre, des séances préparées, des notes ensuite",
        ),
        ("mentoring-frame", "mentoring-session", "prepare-mentoring", "after-mentoring"),
    ),
    "S20": System(
        (
            "Mentoring others: talents of the company, mentees, reverse and group mentoring",
            "Accompagner : talents internes, filleuls, mentorat inversé et de groupe",
        ),
        (
            "career-hour",
            "mentee-session",
            "reverse-mentoring",
            "group-mentoring",
            "invite-to-group-mentoring",
            "after-mentoring-somebody",
        ),
    ),
    "S21": System(
        (
            "Against isolation: coffees without agenda, rituals, lunches with executives, speaking, advising",
            "Contre l’isolement : cafés sans ordre du jour, rituels, déjeuners de dirigeants, parler, conseiller",
        ),
        (
            "coffee-without-agenda",
            "skip-level",
            "team-ritual",
            "lunch-with-an-executive",
            "propose-a-talk",
            "advise-somebody",
        ),
    ),
    "S22": System(
        (
            "Warning signals: all internal, no lunch with a peer, no holiday, half coding, a weekly self-check",
            "Signaux d’alerte : tout interne, pas de déjeuner avec un pair, pas de vacances, trop de code, "
            "un autocontrôle par semaine",
        ),
        ("all-internal", "no-peer-lunch", "no-real-holiday", "half-coding", "weekly-self-check"),
    ),
    "S23": System(
        (
            "Phases of the role: six months, eighteen months, and after",
            "Les phases du rôle : six mois, dix-huit mois, et après",
        ),
        ("role-phases",),
    ),
}
"""Where it is said, once for all, which rules of the pack bring what."""


# ---------------------------------------------------------------- the life of the year


def entries() -> Iterator[Entry]:
    """What stands in the calendar beyond the quarter of the demonstration; days count from the first Monday."""
    customers = (
        ("sofia", "Atelier Lumen: quarterly review", "Atelier Lumen : revue du trimestre"),
        ("karim", "Maison Vauban: migration plan", "Maison Vauban : plan de migration"),
        ("greta", "Fjordlinje: reporting needs", "Fjordlinje : tableaux de bord"),
        ("tadashi", "Kitazawa: Tokyo roll-out", "Kitazawa : déploiement à Tokyo"),
    )
    for week, (who, en, fr) in enumerate(customers, 13):
        rrule = "FREQ=WEEKLY;INTERVAL=4;COUNT=8"  # then nobody from outside for some weeks
        yield Entry(f"later-{who}-a", (en, fr), 7 * week + WED, "16:30", 45, (who,), answer="ACCEPTED", rrule=rrule)
        yield Entry(f"later-{who}-b", (en, fr), 7 * (week + 2) + THU, "15:00", 45, (who, "yusuf"), rrule=rrule)
    for week, who in enumerate(("elin", "marco", "aminata", "piotr", "lea"), 13):
        title = (f"Interview: {someone(who).name}", f"Entretien : {someone(who).name}")
        for turn, (day, at) in enumerate(((TUE, "11:00"), (THU, "11:15"))):
            first, rrule = 7 * (week + 2 * turn) + day, "FREQ=WEEKLY;INTERVAL=5;COUNT=6"
            yield Entry(f"later-{who}-{turn}", title, first, at, 45, (who, "chloe"), rrule=rrule)
    board, talk = ("helene", "arthur", "camille", "ingrid"), ("Conference: {}", "Conférence : {}")
    for week in (15, 28, 41):
        title = ("Board meeting", "Conseil d’administration")
        yield Entry(f"board-{week}", title, 7 * week + THU, "13:30", 180, board, answer="ACCEPTED")
    for week, name in ((20, "Platform Days"), (37, "Tech Leaders Summit"), (45, "FOSS Forum")):
        yield Entry(f"conference-{week}", (talk[0].format(name), talk[1].format(name)), 7 * week + WED, "09:00", 510)
    for week in (7, 17, 24, 35, 43):
        title = ("Meetup: evening of the CTOs", "Meetup : la soirée des CTO")
        yield Entry(f"meetup-{week}", title, 7 * week + TUE, "18:30", 90)
    for week, day, days in ((17, THU, 4), (30, MON, 12), (42, FRI, 4), (50, MON, 12)):
        yield Entry(f"holiday-{week}", ("Holiday", "Vacances"), 7 * week + day, days=days)
    for number in range(10):
        day = 7 * (39 + number // 5) + number % 5
        yield Entry(
            f"code-{number}", ("Coding: the search rewrite", "Coder : refonte de la recherche"), day, "09:00", 420
        )


def talks() -> Iterator[Entry]:
    """Hours with mentors, with talents of the company, and with a partner."""
    for week, who, en, fr in (
        (2, "judith", "Mentoring: Judith", "Mentorat : Judith"),
        (9, "awa", "Career talk with Awa", "Carrière : Awa"),
        (21, "rene", "Mentoring: René", "Mentorat : René"),
        (34, "lucas", "Career talk with Lucas", "Carrière : Lucas"),
    ):
        yield Entry(f"talk-{week}", (en, fr), 7 * week + FRI, "10:00", 60, (who,))
    for week in (6, 19, 40):
        yield Entry(
            f"partner-{week}", ("Joint roadmap", "Feuille de route commune"), 7 * week + TUE, "10:00", 60, ("meetup",)
        )


GUESTS: Final = {
    "coaching": "pascale.grimaud@example.org",
    "skip-level": "hugo@example.com",
    "mentee": "ravi.menon@example.org",
    "mastermind": "stefan.vogel@example.net",
}
"""Who comes to what, of the people whom only the pack knows."""


def meetings() -> Iterator[tuple[str, Entry]]:
    """What the person has called themselves with people of the pack, each with an address."""
    for week in (5, 18, 36):
        title = ("Executive coaching", "Coaching de direction")
        yield GUESTS["coaching"], Entry(f"coaching-{week}", title, 7 * week + TUE, "17:15", 120)
    for week in (8, 22, 38):
        title = ("Skip-level lunch with Hugo", "Déjeuner avec Hugo, sans intermédiaire")
        yield GUESTS["skip-level"], Entry(f"skip-level-{week}", title, 7 * week + WED, "12:30", 60)
    for week in (16, 34):
        title = ("Mastermind at Stefan’s", "Mastermind chez Stefan")
        yield GUESTS["mastermind"], Entry(f"mastermind-{week}", title, 7 * week + TUE, "14:00", 120)
    for week in (11, 29):
        yield GUESTS["mentee"], Entry(f"mentee-{week}", ("Ravi / Ada", "Ravi / Ada"), 7 * week + THU, "17:15", 45)


def prepare(folder: Path, language: str) -> Home:
    """The demonstration on the first Monday, with the calendar of the whole year."""
    zone = ZoneInfo(ZONE)
    now = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=zone)
    write_demo(folder, now, language, PACK)
    stage = Stage(MONDAY, zone, language, now)
    for entry in (*entries(), *talks()):
        file = folder / "calendars" / entry.calendar / f"{entry.slug}.ics"
        file.write_bytes(as_icalendar(entry, stage).to_ical())
    for guest, entry in meetings():
        calendar = as_icalendar(entry, stage)
        for event in calendar.events:
            event.add("organizer", f"mailto:{ME.email}")
            for address in (ME.email, guest):
                event.add("attendee", vCalAddress(f"mailto:{address}"), parameters={"PARTSTAT": "ACCEPTED"})
        (folder / "calendars" / entry.calendar / f"{entry.slug}.ics").write_bytes(calendar.to_ical())
    configuration = folder / "agendad.yaml"
    text = configuration.read_text("utf-8")
    configuration.write_text(re.sub(r"(?m)^horizon: \d+ weeks", f"horizon: {HORIZON}", text), "utf-8")
    return Home(folder, folder / "state")


# ---------------------------------------------------------------- what came of it


@dataclass(frozen=True)
class Came:
    """What a rule, or several together, brought: events, drafts, and how often real life had done it already."""

    events: int = 0
    drafts: int = 0
    lived: int = 0

    def __add__(self, other: Came) -> Came:
        return Came(self.events + other.events, self.drafts + other.drafts, self.lived + other.lived)


def lived(language: str, last: date = YEAR) -> Report:
    """The report of the year, or of its beginning up to a day."""
    with tempfile.TemporaryDirectory() as folder:
        home = prepare(Path(folder) / "year", language)
        home.state.mkdir()
        course = Course(MONDAY, last, every=timedelta(days=1), sends=True)
        return report_of(simulate(home, home.load(), course))


def by_rule(report: Report, last: date = YEAR) -> dict[str, Came]:
    """What each rule brought up to the end of a month; what real life had done is only counted over all."""
    found = {}
    for line in report.rules:
        months = [each for month, each in zip(report.months, line.months, strict=True) if month <= last]
        done = sum(number for code, number in line.reasons if code in {"satisfied", "contacted", "mailed"})
        found[line.rule] = Came(sum(each.blocks for each in months), sum(each.drafts for each in months), done)
    return found


def total(system: System, came: dict[str, Came]) -> Came:
    """What the rules of a system brought together."""
    return sum((came[rule] for rule in system.rules), Came())


# ---------------------------------------------------------------- the page

_HEAD: Final = """\
# A year of the cto pack

What the guide of the pack asks for, the rules that bring it, and what comes of it in a simulated year: from {first} to
{last}, on the calendar of `agendad demo --pack cto` gone on to the end of the year, a cycle a day, every draft sent
some hours after it was made. The number behind a rule is what it brought: events that stand at the end, or drafts.
*Lived* is how often there was nothing to bring, because real life had done it: the lunch stood in the calendar, the
person had been written to. *First quarter* is events and drafts until {quarter}.

`make year` writes this page anew, in some minutes. CI lives the first quarter again and compares; `make soak`
the whole year, in both languages. Which rules bring what is declared once, in `tests/e2e/year.py`.
"""
TITLES: Final = {"en": "The year in English", "fr": "The year in French"}
_MARKS: Final = {"fr": "\n<!-- in French -->\n"}
"""What tells the test of spelling that the rest of the page is not English."""
_COLUMNS: Final = (
    "| | the guide asks for | rules | events | drafts | lived | first quarter |\n|---|---|---|--:|--:|--:|--:|\n"
)


def page(reports: dict[str, Report]) -> str:
    """The whole page."""
    parts = [_HEAD.format(first=MONDAY, last=YEAR, quarter=QUARTER)]
    for language, report in reports.items():
        parts += [f"\n## {TITLES[language]}\n{_MARKS.get(language, '')}\n{_COLUMNS}", *rows(report, language)]
    return "".join(parts)


def rows(report: Report, language: str) -> Iterator[str]:
    """A line for each system."""
    came, early = by_rule(report), by_rule(report, QUARTER)
    for name, system in SYSTEMS.items():
        asks = re.sub(" (?=[:;])", "\N{NO-BREAK SPACE}", system.asks[1]) if language == "fr" else system.asks[0]
        rules = ", ".join(f"`{rule}` {came[rule].events + came[rule].drafts}" for rule in system.rules)
        all_, first = total(system, came), total(system, early)
        numbers = f"{all_.events} | {all_.drafts} | {all_.lived} | {first.events}, {first.drafts}"
        yield f"| {name} | {asks} | {rules} | {numbers} |\n"


def main() -> None:
    """Lives the year in every language and writes the page, or what it is given as a path."""
    with ProcessPoolExecutor(len(LANGUAGES)) as pool:
        reports = dict(zip(LANGUAGES, pool.map(lived, LANGUAGES), strict=True))
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(reports), "utf-8")


if __name__ == "__main__":
    main()
