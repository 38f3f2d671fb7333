"""A request meets what stands: the clock and the person's hand decide before anybody is placed (section 8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine_world import BOB, MONDAY, Week, event, rules

DEEP = "deep: {block: Deep, every: tuesday, at: 09:00-12:00%s}"
DAY, NEXT = "deep/2026-11-24", "deep/2026-12-01"
TUESDAY = MONDAY + timedelta(days=1)


def deep(more: str = "", *events, now=MONDAY) -> Week:
    return Week(rules(DEEP % more), events, now)


class TestTheClock:
    def test_what_began_before_now_is_not_made(self):
        assert deep(now=TUESDAY.replace(hour=9)).wanted()[0] == "tue 09:00-12:00"
        week = deep(now=TUESDAY.replace(hour=9, minute=1))
        assert week.wanted()[0] == "+tue 09:00-12:00"
        assert week.skipped()[DAY] == "its time is past"

    def test_of_yesterday_nothing_is_said(self):
        assert DAY not in deep(now=TUESDAY + timedelta(days=1)).skipped()

    def test_a_block_that_was_put_later_stays_when_the_time_it_wanted_has_begun(self):
        week = deep(", yield: move", event("M", "tue 09:00-10:00"))
        assert week.kept()[DAY] == "tue 10:00-13:00"
        week.now, week.events = TUESDAY.replace(hour=9, minute=30), ()
        assert week.kept()[DAY] == "tue 10:00-13:00"

    def test_a_shortened_block_stays_when_the_time_it_wanted_has_begun(self):
        week = deep("", event("M", "tue 09:00-10:00"))
        week.cycle()
        week.now, week.events = TUESDAY.replace(hour=9, minute=30), ()
        assert week.kept()[DAY] == "tue 10:00-12:00"

    def test_a_part_that_lies_ahead_stays_when_the_first_part_has_begun(self):
        week = deep(", yield: split", event("M", "tue 10:00-11:00"))
        assert week.kept()[f"{DAY}#2"] == "tue 11:00-12:00"
        week.now = TUESDAY.replace(hour=9, minute=30)
        assert week.kept()[f"{DAY}#2"] == "tue 11:00-12:00"
        assert week.stands()[DAY] == "tue 09:00-10:00"

    def test_a_part_ahead_survives_the_beginning_of_a_time_of_which_nothing_has_begun(self):
        week = deep(", yield: split", event("M", "tue 09:00-11:00"))
        week.cycle()
        week.now = TUESDAY.replace(hour=9, minute=30)
        assert week.kept()[DAY] == "tue 11:00-12:00"


class TestSettle:
    def test_a_block_that_begins_soon_is_moved_off_a_real_event_only(self):
        week = Week(rules("r: {block: B, every: tuesday, lasts: 1h, between: 09:00-18:00}"), now=TUESDAY)
        week.cycle()
        week.rules = rules("r: {block: B, every: tuesday, lasts: 1h, between: 14:00-18:00}")
        assert week.kept()["r/2026-11-24"] == "tue 09:00-10:00"
        assert week.why("r/2026-11-24")[-1] == "begins too soon to be moved"
        week.events = (event("M", "tue 09:30-10:00"),)
        assert week.kept()["r/2026-11-24"] == "tue 14:00-15:00"

    def test_the_rule_may_say_how_soon(self):
        week = Week(rules("r: {block: B, every: tuesday, lasts: 1h, between: 09:00-18:00, settle: 30m}"), now=TUESDAY)
        week.cycle()
        week.rules = rules("r: {block: B, every: tuesday, lasts: 1h, between: 14:00-18:00, settle: 30m}")
        assert week.kept()["r/2026-11-24"] == "tue 14:00-15:00"

    def test_pieces_that_begin_soon_stay_and_the_others_follow_the_rule(self):
        text = "r: {{block: B, every: week, lasts: 2h, split: 1h, at_most: 1 per day, between: {}}}"
        week = Week(rules(text.format("09:00-12:00")))
        assert list(week.kept().values())[:2] == ["mon 09:00-10:00", "tue 09:00-10:00"]
        week.rules = rules(text.format("14:00-18:00"))
        assert list(week.kept().values())[:2] == ["mon 09:00-10:00", "tue 14:00-15:00"]


class TestTheHand:
    def test_a_moved_block_stays_and_holds_its_time(self):
        week = deep()
        week.rules += rules("f: {block: F, every: tuesday, lasts: 1h, between: 14:00-18:00}")
        week.cycle()
        week.move(DAY, "tue 14:00-16:00")
        assert week.kept()[DAY] == "tue 14:00-16:00"
        assert week.stands()["f/2026-11-24"] == "tue 16:00-17:00"

    def test_a_deleted_block_is_not_made_again_and_the_next_comes(self):
        week = deep()
        week.cycle()
        week.delete(DAY)
        assert list(week.kept()) == [NEXT]
        week.rules = rules(DEEP % ", yield: split")
        assert list(week.kept()) == [NEXT]

    def test_a_deleted_part_is_not_made_again_even_when_its_event_goes(self):
        week = deep(", yield: split", event("M", "tue 10:00-10:30"))
        week.cycle()
        week.delete(f"{DAY}#2")
        assert week.kept()[DAY] == "tue 09:00-10:00"
        week.events = ()
        assert week.kept()[DAY] == "tue 09:00-10:30"
        assert f"{DAY}#2" not in week.stands()
        assert f"{DAY}#3" not in week.stands()

    def test_a_deleted_piece_of_a_total_counts_as_met(self):
        week = Week(rules("r: {block: B, every: week, lasts: 3h, split: 1h, at_most: 1 per day}"))
        week.cycle()
        week.delete("r/2026-W48#2")
        week.events = (event("M", "fri 09:00-18:00"),)
        assert [key for key in week.kept() if "W48" in key] == ["r/2026-W48", "r/2026-W48#3"]

    def test_the_second_time_of_a_day_is_deleted_alone(self):
        week = Week(rules("r: {block: B, every: tuesday, at: [09:00-10:00, 14:00-15:00], yield: split}"))
        week.cycle()
        week.delete("r/2026-11-24#2")
        assert [week.kept().get(key) for key in ("r/2026-11-24", "r/2026-11-24#2")] == ["tue 09:00-10:00", None]

    def test_a_renamed_block_follows_its_rule_and_its_heir(self):
        week = deep()
        week.cycle()
        week.rename(DAY, "Mine")
        week.rules = rules("focus: {block: Focus, every: tuesday, at: 10:00-12:00, moved_from: deep}")
        assert week.kept()[DAY] == "tue 10:00-12:00"
        assert (week.own[DAY].mark.rule, week.own[DAY].fields.title) == ("focus", "Mine")

    def test_a_renamed_block_that_no_rule_wants_any_more_holds_its_time(self):
        week = deep()
        week.cycle()
        week.rename(DAY, "Mine")
        week.rules = rules("""
            deep: {block: Deep, every: monday, at: 09:00-12:00}
            f: {block: F, every: tuesday, lasts: 1h, between: 09:00-18:00}
        """)
        assert week.kept()[DAY] == "tue 09:00-12:00"
        assert week.stands()["f/2026-11-24"] == "tue 12:00-13:00"

    def test_an_invitation_goes_with_its_rule_and_not_when_the_person_invited_somebody(self):
        week = Week(rules("r: {block: B, every: tuesday, at: 09:00-10:00, with: {person: grace}, invite: true}"))
        assert list(week.kept()) == ["r/2026-11-24", "r/2026-12-01"]
        week.invite("r/2026-12-01", BOB)
        week.rules = ()
        assert list(week.kept()) == ["r/2026-12-01"]
        assert week.own["r/2026-12-01"].fields.guests == (BOB, "grace@example.com")

    def test_a_block_with_guests_outlives_its_rule(self):
        week = deep()
        week.cycle()
        week.invite(DAY, BOB)
        week.rules = ()
        assert list(week.kept()) == [DAY]


class TestShrinkAndSplitInPlace:
    RULE = "r: {block: B, every: tuesday, lasts: 2h, between: 13:00-18:00, yield: %s}"

    def week(self, word: str) -> Week:
        week = Week(rules(self.RULE % word))
        week.cycle()
        week.events = (event("Lands", "tue 13:30-14:15"),)
        return week

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("shrink", ["tue 14:15-15:00"]),
            ("split", ["tue 13:00-13:30", "tue 14:15-15:00"]),
            ("keep", ["tue 13:00-15:00"]),
            ("move", ["tue 14:15-16:15"]),
            ("skip", []),
        ],
    )
    def test_what_a_flexible_block_does_when_an_event_lands_on_it(self, word: str, expected: list[str]):
        week = self.week(word)
        for minutes in (0, 5, 600):
            week.now += timedelta(minutes=minutes)
            assert [at for key, at in week.kept().items() if "11-24" in key] == expected

    def test_the_reason_names_the_event(self):
        week = self.week("shrink")
        assert week.why("r/2026-11-24")[-1] == "shortened from 2h to 45m, because of “Lands”"

    def test_it_is_as_long_as_it_was_when_the_event_goes(self):
        week = self.week("shrink")
        week.cycle()
        week.events = ()
        assert week.kept()["r/2026-11-24"] == "tue 14:15-16:15"

    def test_one_that_cannot_stay_goes_anywhere_in_the_same_cycle(self):
        week = self.week("shrink")
        week.rules += rules("top: {block: Top, every: tuesday, at: 14:15-15:00, priority: 1}")
        week.events = (event("Lands", "tue 13:20-14:15"),)
        assert week.kept()["r/2026-11-24"] == "tue 15:00-17:00"


def test_firm_pieces_fill_the_limit_of_their_day() -> None:
    week = Week(rules("r: {block: B, every: week, lasts: 3h, split: 1h, at_most: 1 per day}"))
    week.cycle()
    week.move("r/2026-W48", "wed 16:00-17:00")
    stands = [at for key, at in week.kept().items() if "W48" in key]
    assert sorted(at[:3] for at in stands) == ["mon", "tue", "wed"]


def test_firm_pieces_count_in_the_limit_of_their_day_beside_others() -> None:
    week = Week(rules("r: {block: B, every: week, lasts: 6h, split: 1h, at_most: 2 per day, between: 09:00-18:00}"))
    week.cycle()
    week.move("r/2026-W48", "tue 16:00-17:00")
    stands = [at for key, at in week.kept().items() if "W48" in key]
    assert sorted(at[:3] for at in stands) == ["mon", "mon", "tue", "tue", "wed", "wed"]
