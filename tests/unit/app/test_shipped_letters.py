"""The shipped templates, as they are written: in both languages, to known people and to strangers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

import pytest

from agendad.app.check_letters import missing_languages, unwritable
from agendad.app.letters import Writer
from agendad.model.calendar import Event, EventFields
from agendad.model.rule import Every, EveryWeekday
from unit.app.letter_world import (
    CAMILLE,
    GRACE,
    PARIS,
    PEOPLE,
    SETTINGS,
    STARTER,
    STRANGER,
    TIM,
    assert_golden,
    draft,
    event,
    meeting,
    shipped,
    surroundings,
)

NAMES = sorted(path.name.removesuffix(".fr.md.j2") for path in STARTER.glob("*.fr.md.j2"))
LETTERS = [name for name in NAMES if (STARTER / f"{name}.md.j2").read_text("utf-8").startswith("---")]
HOLIDAY = Event("personal", "away", EventFields("Holiday", date(2026, 12, 7), date(2026, 12, 19)))
EVENING = event("Steering", datetime(2026, 11, 26, 19, tzinfo=PARIS), 1.5, (GRACE,))
SOMEBODY = {"en": GRACE, "fr": CAMILLE}
SENT = {
    "follow-up": lambda person: draft(shipped("follow-up"), person, about=meeting(person)),
    "thank-candidate": lambda person: draft(shipped("thank-candidate"), person, about=meeting(person)),
    "keep-in-touch": lambda person: draft(shipped("keep-in-touch"), person),
    "met-at-event": lambda person: draft(shipped("met-at-event"), person, about=meeting(person, title="DevOps Days")),
    "decline": lambda person: draft(shipped("decline"), person, about=EVENING),
    "hand-over": lambda person: draft(shipped("hand-over"), person, TIM, about=HOLIDAY),
    "weekly-digest": lambda person: draft(shipped("weekly-digest")),
    "meeting-notes": lambda person: draft(shipped("meeting-notes"), person, TIM, about=meeting(person, TIM)),
}


def test_every_shipped_letter_is_here() -> None:
    assert set(LETTERS) == set(SENT)


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_shipped_letter_reads_as_in_its_golden_file(name: str, language: str) -> None:
    wanted = replace(SENT[name](SOMEBODY[language]), language=language)
    written = Writer(surroundings()).write(wanted)
    assert_golden(f"{name}.{language}.txt", f"Subject: {written.subject}\n\n{written.text}")
    assert_golden(f"{name}.{language}.html", written.html)


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("person", [STRANGER, GRACE], ids=lambda person: person.id)
def test_a_shipped_letter_has_no_gaps_nor_leftovers(name: str, language: str, person) -> None:
    bare = surroundings(openings=lambda: replace(surroundings().openings(), days=()), history=lambda _: [])
    for around in (surroundings(), bare):
        written = Writer(around).write(replace(SENT[name](person), language=language))
        for text in (written.subject, written.text):
            assert not re.search(r"[{}\[\]]|None|  |\(\)|\s[,.]| ,|\*\*", text), text
        assert "\n\n\n" not in written.text
        assert written.text.endswith("\n")
        assert not re.search(r"[ \t]$", written.text, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_french_punctuation_does_not_break_from_its_word(name: str) -> None:
    words = re.sub(r"\{[{%].*?[%}]\}", "", (STARTER / f"{name}.fr.md.j2").read_text("utf-8").partition("\n---\n")[2])
    assert not re.search(r"[^\u00a0:] ?:(?!//)|[^\u202f][;?!]|«[^\u00a0]|[^\u00a0]»|'", words)


@pytest.mark.parametrize("name", LETTERS)
def test_check_accepts_the_shipped_letters(name: str) -> None:
    rule = draft(shipped(name), GRACE).rule
    if name in {"keep-in-touch", "weekly-digest"}:
        rule = replace(rule, trigger=Every(EveryWeekday(frozenset({4}))))
    assert list(unwritable([rule], SETTINGS)) == []
    assert list(missing_languages([rule], SETTINGS, PEOPLE)) == []
