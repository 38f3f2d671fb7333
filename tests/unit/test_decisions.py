"""`decisions.json`: readable, replaced as a whole, never guessed at."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendad import decisions
from agendad.errors import StateUnusable
from agendad.model.mail import GoneDraft
from agendad.model.memory import Decisions, Gone, Pause

NOW = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Europe/Paris"))
SOME = Decisions(
    deleted={"b/2026-W48": Gone("b", date(2026, 11, 24), "undo"), "a/2026-11-24": Gone("a", date(2026, 11, 24))},
    first_days={"a": NOW},
    absences=((date(2026, 12, 24), date(2027, 1, 3)),),
    pauses=(Pause(NOW, NOW.replace(hour=9)), Pause(NOW.replace(hour=10))),
    drafts={
        "m/b@example.com": GoneDraft("m", date(2026, 11, 24), "undo"),
        "m/a@example.com": GoneDraft("m", date(2026, 11, 23)),
    },
    episodes={"quiet": date(2026, 11, 20)},
)
WHEN = st.datetimes(datetime(1900, 1, 1), datetime(8999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # bounds

DAY = st.dates(date(1900, 1, 1), date(8999, 12, 31))


class Stopped(Exception):
    """The process ends here."""


def test_without_a_file_nothing_was_decided(tmp_path):
    assert decisions.load(tmp_path) == Decisions()


@given(
    st.builds(
        Decisions,
        deleted=st.dictionaries(st.text(), st.builds(Gone, st.text(), st.dates(), st.sampled_from(["hand", "undo"]))),
        first_days=st.dictionaries(st.text(), WHEN),
        absences=st.lists(st.tuples(DAY, DAY)).map(tuple),
        pauses=st.lists(st.builds(Pause, WHEN, st.none() | WHEN)).map(tuple),
        drafts=st.dictionaries(
            st.text(), st.builds(GoneDraft, st.text(), st.dates(), st.sampled_from(["hand", "undo"]))
        ),
        episodes=st.dictionaries(st.text(), st.dates()),
    )
)
def test_what_is_saved_is_loaded(tmp_path_factory, some):
    folder = tmp_path_factory.mktemp("state")
    decisions.save(folder, some)
    assert decisions.load(folder) == some


def test_the_file_is_readable_sorted_and_for_its_owner_alone(tmp_path):
    decisions.save(tmp_path, SOME)
    text = (tmp_path / decisions.NAME).read_text(encoding="utf-8")
    assert '"a/2026-11-24": {\n      "rule": "a",\n      "day": "2026-11-24",\n      "by": "hand"\n    }' in text
    assert '"m/a@example.com": {\n      "rule": "m",\n      "day": "2026-11-23",\n      "by": "hand"\n    }' in text
    assert text.index("a/2026-11-24") < text.index("b/2026-W48")
    assert text.index("m/a@example.com") < text.index("m/b@example.com")
    assert (tmp_path / decisions.NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [decisions.NAME]


def test_stopped_at_any_point_the_file_is_the_old_one_or_the_new_one(tmp_path):
    points: list[str] = []
    decisions.save(tmp_path, Decisions(), points.append)
    assert len(points) == 4
    for point in points:
        decisions.save(tmp_path, Decisions())

        def stop(where, point=point):
            if where == point:
                raise Stopped

        with pytest.raises(Stopped):
            decisions.save(tmp_path, SOME, stop)
        expected = SOME if point == "decisions: after rename" else Decisions()
        assert decisions.load(tmp_path) == expected
    decisions.save(tmp_path, SOME)
    assert [path.name for path in tmp_path.iterdir()] == [decisions.NAME]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1, column 2"),
        ("", "line 1, column 1"),
        ("[]", "not as it was written"),
        ("{}", "'version'"),
        ('{"version": 2}', "version 2, this agendad knows 1"),
        ('{"version": 1, "delted": {}}', "unknown entry 'delted'"),
        ('{"version": 1, "deleted": {"a/1": {"rule": "a"}}}', "'day'"),
        ('{"version": 1, "deleted": []}', "not as it was written"),
        ('{"version": 1, "first_days": {"a": "2026-11-23T08:00"}}', "no offset"),
        ('{"version": 1, "first_days": {"a": 7}}', "not as it was written"),
        ('{"version": 1, "absences": [{"from": "2026-13-01", "to": "2026-12-01"}]}', "month"),
        ('{"version": 1, "first_days": {"a": "0001-01-01T00:00:00+14:00"}}', "not a time of our days"),
        ('{"version": 1, "absences": [{"from": "2026-12-01", "to": "9999-12-31"}]}', "not a day of our days"),
        ('{"version": 1, "drafts": {"m/1": {"rule": "m"}}}', "'day'"),
        ('{"version": 1, "drafts": {"m/1": {"rule": "m", "day": "2026-11-23", "by": "cat"}}}', "'cat'"),
        ('{"version": 1, "episodes": {"m": "yesterday"}}', "yesterday"),
        ('{"version": 1, "episodes": []}', "not as it was written"),
        ("[" * 100_000, "recursion"),
        (b"\xff\xfe", "utf-8"),
    ],
)
def test_a_broken_file_is_named_and_left(tmp_path, text, said):
    path = tmp_path / decisions.NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = path.read_bytes()
    with pytest.raises(StateUnusable) as refused:
        decisions.load(tmp_path)
    assert said in refused.value.message
    assert str(path) in refused.value.message
    assert refused.value.hint
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "state").touch()
    with pytest.raises(StateUnusable) as refused:
        decisions.save(tmp_path / "state", SOME)
    assert refused.value.hint


def test_entries_that_a_person_leaves_out_are_empty(tmp_path):
    (tmp_path / decisions.NAME).write_text(json.dumps({"version": 1}))
    assert decisions.load(tmp_path) == Decisions()


def test_a_pause_lasts_to_its_end():
    noted = Decisions(pauses=SOME.pauses[:1])
    assert [noted.paused(NOW.replace(hour=hour)) for hour in (8, 9, 10)] == [True, False, False]
    assert SOME.paused(NOW.replace(hour=23))
