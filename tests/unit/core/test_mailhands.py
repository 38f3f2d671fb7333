"""How long it is remembered that a draft is not to be made again."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agendad.core.mailhands import recent
from agendad.model.mail import GoneDraft

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))


def test_what_was_decided_about_a_draft_is_kept_for_a_year_and_a_day():
    gone = {f"m/{days}": GoneDraft("m", NOW.date() - timedelta(days=days)) for days in (-7, 0, 366, 367, 4000)}
    assert recent(gone, NOW).keys() == {"m/-7", "m/0", "m/366"}
