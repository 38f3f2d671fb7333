"""What stands, what of it may be looked at again, and the names of pieces."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
from engine_world import PARIS, Week, event, own, rules, whole_days
from hypothesis import given

from agendad.core.standing import Hold, Standing, Stood, family, free_key, name_pieces
from agendad.core.timeline import union

RULES = rules("""
    r: {block: Block, every: weekday, at: 09:00-10:00}
    over: {block: Over, every: weekday, at: 09:00-10:00, may_overlap: [blocks]}
""")


def stood(*blocks) -> Stood:
    week = Week(RULES, own={each.mark.key: each for each in blocks})
    return Stood(week.hands(), PARIS)


def hold(block) -> Hold:
    found = stood(block)
    return found.hold(found.blocks[block.mark.key])


def moved(block, to: str):
    fields = event("x", to).fields
    return replace(block, fields=replace(block.fields, start=fields.start, end=fields.end))


class TestHold:
    def test_what_began_is_begun_and_what_begins_now_is_open(self):
        assert hold(own("r/2026-11-23", "mon 07:00-09:00")) is Hold.BEGUN
        assert hold(own("r/2026-11-23", "mon 08:00-09:00")) is Hold.OPEN

    def test_a_block_whose_time_the_person_chose_is_pinned_and_a_renamed_one_is_open(self):
        block = own("r/2026-11-24", "tue 09:00-10:00")
        assert hold(moved(block, "tue 14:00-15:00")) is Hold.PINNED
        assert hold(replace(block, fields=replace(block.fields, title="Mine"))) is Hold.OPEN

    def test_a_block_that_became_a_series_is_the_persons(self):
        assert hold(replace(own("r/2026-11-24", "tue 09:00-10:00"), recurring=True)) is Hold.PINNED


class TestFirm:
    def titles(self, *blocks, wanted: bool = False) -> list[str]:
        return [each.title for each in stood(*blocks).firm(RULES, lambda _: wanted)]

    def test_begun_and_moved_blocks_hold_their_time_and_open_ones_do_not(self):
        begun = own("r/2026-11-23", "mon 07:00-09:00", title="begun")
        pinned = moved(own("r/2026-11-24", "tue 09:00-10:00", title="pinned"), "tue 14:00-15:00")
        free = own("r/2026-11-25", "wed 09:00-10:00", title="open")
        assert self.titles(begun, pinned, free) == ["begun", "pinned"]

    def test_a_touched_block_that_no_rule_asks_for_holds_its_time(self):
        block = own("r/2026-11-24", "tue 09:00-10:00")
        renamed = replace(block, fields=replace(block.fields, title="Mine"))
        other = own("r/2026-11-25", "wed 09:00-10:00", title="Guests")
        invited = replace(other, fields=replace(other.fields, guests=("b@x.org",)))
        assert self.titles(renamed, invited) == ["Mine", "Guests"]
        assert self.titles(renamed, invited, wanted=True) == []

    def test_whole_days_hold_no_time(self):
        block = own("r/2026-11-24", "tue 09:00-10:00")
        days = whole_days("x", "mon").fields
        assert self.titles(replace(block, fields=replace(block.fields, start=days.start, end=days.end))) == []

    def test_a_block_of_a_rule_that_was_renamed_belongs_to_its_heir(self):
        heirs = rules("focus: {block: Focus, every: weekday, at: 09:00-10:00, moved_from: r}")
        (firm,) = stood(own("r/2026-11-23", "mon 07:00-09:00")).firm(heirs, lambda _: True)
        assert firm.rule.id == "focus"


class TestNames:
    def test_a_piece_belongs_to_the_key_before_its_number(self):
        assert [family(key) for key in ("r/2026-11-24#2", "r/2026-11-24", "r/a#b", "r/a#0")] == [
            "r/2026-11-24",
            "r/2026-11-24",
            "r/a#b",
            "r/a#0",
        ]

    def test_the_lowest_number_that_is_free_is_given(self):
        assert free_key("r/a", ()) == "r/a"
        assert free_key("r/a", {"r/a", "r/a#3"}) == "r/a#2"

    def test_what_stands_keeps_its_key_and_new_pieces_get_free_ones(self):
        standing = [
            Standing(own(key, "tue 09:00-10:00"), key, stretch) for key, stretch in (("r", (0, 30)), ("r#2", (60, 90)))
        ]
        assert name_pieces([(60, 90), (120, 150)], standing, "r", ()) == [("r#2", (60, 90)), ("r", (120, 150))]
        assert name_pieces([(65, 95)], standing, "r", ()) == [("r#2", (65, 95))]

    def test_keys_of_pieces_that_are_gone_are_not_given_again(self):
        assert name_pieces([(0, 30), (60, 90)], [], "r", {"r"}) == [("r#2", (0, 30)), ("r#3", (60, 90))]

    @given(
        st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=6),
        st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=6),
    )
    def test_names_are_distinct_and_pieces_that_stay_are_never_renamed(self, wanted, stood_before):
        pieces = union((start, start + length) for start, length in wanted)
        places = union((start, start + length) for start, length in stood_before)
        block = own("r", "tue 09:00-10:00")
        standing = [
            Standing(block, free_key("r", ["r", "r#2", "r#3", "r#4", "r#5"][:n]), at) for n, at in enumerate(places)
        ]
        named = name_pieces(pieces, standing, "r", ())
        assert len({key for key, _ in named}) == len(pieces)
        keys = {each.stretch: each.key for each in standing}
        assert all(keys.get(piece, key) == key for key, piece in named)
