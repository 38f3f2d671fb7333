"""The calendar of the demonstration: a quarter of a technical leader's life, always the same around a given day.

Two weeks back and thirteen ahead, about 25 meetings a week: one-on-ones, a stand-up series with moved and cancelled
instances, customers, interviews, the board, an absence, a meetup, a declined, a tentative and an unanswered
invitation, and a family calendar beside it. Series go on without end. `leader_calendar` says what there is;
`demo_ics.py` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from agendad.app.demo_people import MEETUP, someone

WEEKS_BACK: Final = 2
WEEKS: Final = 15

Answer = Literal["ACCEPTED", "TENTATIVE", "NEEDS-ACTION", "DECLINED"]
Title = tuple[str, str]  # in English and in French


@dataclass(frozen=True, slots=True)
class Entry:
    """One event or series. `day` counts from the Monday of the present week; `days` makes it an all-day event.

    `who` are ids of other people. With an `answer` the first of them invited the person, else the person invited them.
    `rrule` makes it a series (RFC 5545 without `RRULE:`). Those of `who` who are in `declined` do not come.
    `cancelled` are days of instances that do not happen, `moved` (day, new day, new time) of those that moved.
    """

    slug: str
    title: Title
    day: int
    at: str = "00:00"
    minutes: int = 30
    who: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    answer: Answer | None = None
    rrule: str = ""
    days: int = 0
    calendar: str = "personal"
    place: Title = ("", "")
    notes: Title = ("", "")
    free: bool = False
    private: bool = False
    cancelled: tuple[int, ...] = ()
    moved: tuple[tuple[int, int, str], ...] = ()


MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
_FIRST: Final = -7 * WEEKS_BACK  # the Monday on which every series begins
_TEAM: Final = ("noor", "tomas", "mei", "jonas", "awa", "priya", "lucas")
_STAFF: Final = ("camille", "david", "ingrid", "yusuf", "chloe")
_BOARD, _CONFERENCE, _ABSENCE = 2, 3, 4  # the weeks, counted from the present one, that are unlike the others
_WEEKLY: Final = "FREQ=WEEKLY"
_FORTNIGHTLY: Final = "FREQ=WEEKLY;INTERVAL=2"


def leader_calendar(today: int = MON) -> tuple[Entry, ...]:
    """Everything that stands in the two calendars; `today` is the weekday of the present day."""
    work = (*_series(), *_one_on_ones(), *_customers(), *_interviews(), *_work(), *_outside(today))
    return (*work, *_private_life(), *_family())


def _series() -> tuple[Entry, ...]:
    """The meetings that come back; the instances that differ are in the present week and the next two."""
    return (
        Entry(
            "stand-up",
            ("Platform stand-up", "Point d’équipe plateforme"),
            _FIRST,
            "12:00",
            15,
            who=_TEAM,
            rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            cancelled=(7 + TUE, 14 + THU, 21 + WED),
            moved=((WED, WED, "10:15"), (7 + FRI, 7 + FRI, "09:30")),
        ),
        Entry(
            "staff",
            ("Staff meeting", "Comité de direction"),
            _FIRST + MON,
            "14:00",
            90,
            who=_STAFF,
            answer="ACCEPTED",
            rrule=_WEEKLY,
            place=("Salle Canopée", "Salle Canopée"),
        ),
        Entry(
            "hand-over",
            ("On-call hand-over", "Passage d’astreinte"),
            _FIRST + MON,
            "11:30",
            who=("jonas", "priya", "awa"),
            rrule=_WEEKLY,
        ),
        Entry(
            "leads",
            ("Engineering leads", "Réunion des responsables"),
            _FIRST + TUE,
            "14:00",
            60,
            who=("noor", "tomas", "mei"),
            rrule=_WEEKLY,
            cancelled=(28 + TUE,),
            moved=((14 + TUE, 14 + WED, "10:30"),),
            notes=("Round table first, then one topic in depth.", "Tour de table, puis un sujet à fond."),
        ),
        Entry("hiring", ("Hiring sync", "Point recrutement"), _FIRST + TUE, "16:30", who=("chloe",), rrule=_WEEKLY),
        Entry(
            "product",
            ("Product review", "Revue produit"),
            _FIRST + WED,
            "15:30",
            60,
            who=("david", "noor", "mei"),
            answer="ACCEPTED",
            rrule=_WEEKLY,
            cancelled=(21 + WED,),
        ),
        Entry(
            "architecture",
            ("Architecture review", "Revue d’architecture"),
            _FIRST + THU,
            "16:00",
            60,
            who=("tomas", "jonas", "priya"),
            rrule=_FORTNIGHTLY,
            cancelled=(14 + THU, 28 + THU),
        ),
        Entry(
            "sprint",
            ("Sprint review", "Revue de sprint"),
            _FIRST + FRI,
            "14:30",
            60,
            who=_TEAM,
            rrule=_FORTNIGHTLY,
            cancelled=(14 + FRI,),
        ),
        Entry(
            "all-hands",
            ("All-hands", "Réunion générale"),
            _FIRST + 7 + THU,
            "16:00",
            60,
            who=(*_STAFF, *_TEAM),
            answer="ACCEPTED",
            rrule="FREQ=WEEKLY;INTERVAL=4",
            place=("The atrium", "L’atrium"),
        ),
    )


def _one_on_ones() -> tuple[Entry, ...]:
    """Those of the board day, the conference and the absence are cancelled."""
    plan: tuple[tuple[str, int, str, int, str, tuple[int, ...]], ...] = (
        ("noor", MON, "16:00", 30, _WEEKLY, (28 + MON,)),
        ("camille", MON, "13:30", 30, _WEEKLY, (28 + MON,)),
        ("tomas", TUE, "15:15", 30, _WEEKLY, (28 + TUE,)),
        ("mei", WED, "14:00", 30, _WEEKLY, (21 + WED, 28 + WED)),
        ("awa", THU, "13:30", 30, _WEEKLY, (14 + THU, 28 + THU)),
        ("jonas", THU, "14:15", 30, _WEEKLY, (14 + THU, 28 + THU)),
        ("priya", FRI, "13:30", 30, _FORTNIGHTLY, ()),
        ("lucas", 7 + FRI, "13:30", 45, _FORTNIGHTLY, ()),
        ("david", FRI, "10:30", 30, _FORTNIGHTLY, (14 + FRI,)),
    )
    return tuple(
        Entry(
            f"one-on-one-{who}",
            (f"{someone(who).first_name} / Ada", f"{someone(who).first_name} / Ada"),
            _FIRST + day,
            at,
            minutes,
            who=(who,),
            rrule=rrule,
            notes=(f"Their topics first. Last time: {en}.", f"Ses sujets d’abord. La dernière fois : {fr}."),
            cancelled=cancelled,
        )
        for who, day, at, minutes, rrule, cancelled in plan
        for en, fr in [someone(who).topics]
    )


def _customers() -> tuple[Entry, ...]:
    """Two customers a week, one of them in the middle of a morning every other week."""
    callers = (
        ("sofia", ("Atelier Lumen: quarterly review", "Atelier Lumen : revue du trimestre")),
        ("karim", ("Maison Vauban: migration plan", "Maison Vauban : plan de migration")),
        ("greta", ("Fjordlinje: reporting needs", "Fjordlinje : tableaux de bord")),
        ("tadashi", ("Kitazawa: Tokyo roll-out", "Kitazawa : déploiement à Tokyo")),
    )
    entries = []
    for week in range(-WEEKS_BACK, WEEKS - WEEKS_BACK):
        if week == _ABSENCE:
            continue
        who, title = callers[week % 4]
        day, at = (FRI, "10:30") if week == _CONFERENCE else (WED, "10:30" if week % 2 else "16:30")
        entries.append(Entry(f"customer-{week + 2}-a", title, 7 * week + day, at, 45, who=(who,), answer="ACCEPTED"))
        who, title = callers[(week + 2) % 4]
        day, at = (FRI, "14:30") if week == _BOARD else (THU, "15:00")
        entries.append(Entry(f"customer-{week + 2}-b", title, 7 * week + day, at, 45, who=(who, "yusuf")))
    return tuple(entries)


def _interviews() -> tuple[Entry, ...]:
    """Two candidates a week, none in the week of the absence."""
    candidates = ("elin", "marco", "aminata", "piotr", "lea")
    roles = (("Staff engineer", "ingénierie"), ("Engineering manager", "management"))
    entries = []
    for week in range(-WEEKS_BACK, WEEKS - WEEKS_BACK):
        if week == _ABSENCE:
            continue
        for turn, (day, at) in enumerate(((TUE, "11:00"), (THU, "11:15"))):
            who = candidates[(2 * week + turn) % len(candidates)]
            en, fr = roles[turn]
            name = someone(who).name
            title = (f"Interview: {name} ({en})", f"Entretien : {name} ({fr})")
            entries.append(Entry(f"interview-{week + 2}-{turn}", title, 7 * week + day, at, 45, who=(who, "chloe")))
    return tuple(entries)


def _work() -> tuple[Entry, ...]:
    """What happens once at work."""
    board = ("helene", "arthur", "camille", "ingrid")
    return (
        Entry(
            "board-prep",
            ("Board deck with Ingrid", "Dossier du conseil avec Ingrid"),
            7 + FRI,
            "15:45",
            60,
            who=("ingrid",),
        ),
        Entry(
            "board",
            ("Board meeting", "Conseil d’administration"),
            14 + THU,
            "13:30",
            180,
            who=board,
            answer="ACCEPTED",
            place=("12 rue des Arquebusiers, Paris", "12 rue des Arquebusiers, Paris"),
        ),
        Entry(
            "conference",
            ("Conference: Leading Engineering", "Conférence : Diriger l’ingénierie"),
            21 + WED,
            "09:00",
            510,
            place=("Cité des sciences, Paris", "Cité des sciences, Paris"),
        ),
        Entry(
            "tokyo",
            ("Kitazawa: first call with Tokyo", "Kitazawa : premier appel avec Tokyo"),
            TUE,
            "08:30",
            45,
            who=("tadashi", "yusuf"),
            answer="NEEDS-ACTION",
        ),
        Entry(
            "budget",
            ("Budget: second reading", "Budget : seconde lecture"),
            WED,
            "17:30",
            45,
            who=("ingrid", "camille"),
            answer="ACCEPTED",
        ),
        Entry(
            "vendor", ("Brightdesk demo", "Démonstration Brightdesk"), THU, "17:00", who=("vendor",), answer="DECLINED"
        ),
        Entry(
            "panel",
            ("Panel: teams that last", "Table ronde : des équipes qui durent"),
            7 + THU,
            "18:30",
            45,
            who=("meetup",),
            answer="TENTATIVE",
            place=("Station F, Paris", "Station F, Paris"),
        ),
        Entry(
            "skip-level",
            ("Skip-level lunch: data team", "Déjeuner avec l’équipe data"),
            7 + WED,
            "12:30",
            60,
            who=("awa", "lucas"),
        ),
        Entry(
            "roadmap", ("Roadmap workshop", "Atelier feuille de route"), 14 + FRI, "10:00", 120, who=("david", *_TEAM)
        ),
        Entry(
            "retro",
            ("Incident review: search outage", "Retour d’incident : panne de recherche"),
            FRI,
            "16:00",
            45,
            who=("tomas", "jonas"),
        ),
        Entry("onboarding", ("Welcome, Samira!", "Bienvenue, Samira !"), 21 + MON, "10:00", 30, who=("chloe", "noor")),
        Entry(
            "security",
            ("Security audit: findings", "Audit de sécurité : constats"),
            35 + TUE,
            "09:30",
            60,
            who=("priya",),
        ),
    )


def _outside(today: int) -> tuple[Entry, ...]:
    """People of other companies: a meetup in the past days, peers, and customers together."""
    yesterday = today - 2 if today == MON else today - 1
    return (
        Entry("meetup", MEETUP, yesterday, "18:15", 60, place=("Station F, Paris", "Station F, Paris")),
        Entry(
            "peers",
            ("Lunch of the engineering heads", "Déjeuner des directions techniques"),
            7 * (_BOARD - 54) + WED,
            "12:30",
            75,
            who=("salome", "niels", "ruth"),
            rrule="FREQ=WEEKLY;INTERVAL=9",
            place=("Le Bouillon, Paris", "Le Bouillon, Paris"),
        ),
        Entry(
            "circle",
            ("Customer circle: what comes next year", "Cercle des clients : ce qui vient l’an prochain"),
            7 + FRI,
            "11:00",
            60,
            who=("sofia", "karim", "greta"),
            declined=("greta",),
        ),
        Entry(
            "contract",
            ("Fjordlinje: renewal of the contract", "Fjordlinje : renouvellement du contrat"),
            7 * _CONFERENCE + FRI,
            "17:30",
            30,
            who=("greta",),
        ),
    )


def _private_life() -> tuple[Entry, ...]:
    """What stands in the same calendar and is nobody's business."""
    return (
        Entry("lunch", ("Lunch", "Déjeuner"), _FIRST, "12:15", 45, rrule="FREQ=WEEKLY;BYDAY=MO,TU,TH,FR", private=True),
        Entry("dentist", ("Dentist", "Dentiste"), 7 + TUE, "17:30", 45, private=True, place=("Dr Perrin", "Dr Perrin")),
        Entry("birthday", ("Mei’s birthday", "Anniversaire de Mei"), 7 + WED, days=1, free=True),
        Entry("holiday", ("Holiday", "Vacances"), 7 * _ABSENCE + MON, days=4, place=("Douarnenez", "Douarnenez")),
    )


def _family() -> tuple[Entry, ...]:
    family = (
        Entry("piano", ("Lou: piano", "Lou : piano"), _FIRST + WED, "17:30", 45, rrule=_WEEKLY, free=True),
        Entry("swimming", ("Swimming with Gabriel", "Piscine avec Gabriel"), _FIRST + SAT, "10:00", 60, rrule=_WEEKLY),
        Entry("dinner", ("Dinner at Sam’s parents", "Dîner chez les parents de Sam"), FRI, "19:30", 150),
        Entry(
            "school",
            ("Parents’ evening at school", "Réunion parents-professeurs"),
            7 + MON,
            "18:00",
            60,
        ),
        Entry("theatre", ("Theatre with Sam", "Théâtre avec Sam"), 14 + SAT, "20:00", 120),
        Entry("brunch", ("Brunch with Noémie and Paul", "Brunch avec Noémie et Paul"), SUN, "11:30", 120),
        Entry("market", ("Flea market, if it is dry", "Brocante, s’il fait beau"), 21 + SUN, "15:00", 90, free=True),
    )
    return tuple(replace(entry, calendar="family") for entry in family)
