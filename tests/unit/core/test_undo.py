"""Taking applies back, giving blocks back to their rule, and removing everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from kept_world import MONDAY, World, context, fields, own, wish

from agendad.core.hands import hands
from agendad.core.undo import purge, purge_drafts, reset, undo_drafts
from agendad.model.calendar import Event
from agendad.model.identity import hand_changed, message_id
from agendad.model.mail import GoneDraft, MadeDraft, StandingDraft
from agendad.model.memory import Memory
from agendad.model.plan import Action
from agendad.model.reasons import ReasonCode

KEY = "a/2026-11-24"
WISH = wish(KEY, fields())


def lived(*cycles):
    """A world after a cycle for each list of wishes."""
    world = World()
    for wishes in cycles:
        world.cycle(wishes)
    return world


class TestUndo:
    def test_what_was_created_goes_and_is_not_made_again(self):
        world = lived([WISH])
        world.take_back()
        assert world.calendar == {}
        assert world.plan([WISH]).skipped[0].why[-1].code is ReasonCode.UNDONE
        world.give_back(KEY)
        world.cycle([WISH])
        assert world.event(KEY).fields == fields()

    def test_what_was_updated_gets_its_old_fields_back_and_keeps_them(self):
        new = wish(KEY, fields("New", hour=15, notes="x"))
        world = lived([WISH], [new])
        world.take_back()
        assert world.event(KEY).fields == fields()
        assert hand_changed(world.event(KEY)) == {"title", "time", "notes"}
        assert world.plan([new]).changes == ()
        world.give_back(KEY)
        world.cycle([new])
        assert world.event(KEY).fields == new.fields

    def test_what_was_deleted_stands_again_and_stays_without_its_rule(self):
        world = lived([WISH], [])
        world.take_back()
        assert world.event(KEY).fields == fields()
        assert [block.state for block in world.plan([]).blocks] == ["pinned"]
        world.give_back(KEY)
        assert [change.action for change in world.plan([]).changes] == [Action.DELETE]

    def test_a_hand_change_from_before_the_apply_comes_back_with_it(self):
        world = lived([WISH])
        world.edit(KEY, title="Mine")
        world.cycle([wish(KEY, fields(notes="x"))])
        world.take_back()
        assert world.event(KEY).fields == fields("Mine")
        assert hand_changed(world.event(KEY)) == {"title", "notes"}

    def test_what_was_changed_by_hand_since_is_left_and_reported(self):
        world = lived([WISH, wish("b/1", fields(day=2))])
        world.edit(KEY, title="Mine")
        undone = world.take_back()
        assert [(skip.key, skip.why[0].code) for skip in undone.left] == [(KEY, ReasonCode.HAND_KEPT)]
        assert world.event(KEY).fields == fields("Mine")
        assert world.event("b/1") is None

    def test_an_invitation_goes_and_one_to_which_a_guest_was_added_is_left(self):
        world = lived([wish(KEY, fields(guests=("eve@x.org",))), wish("b/1", fields(day=2, guests=("eve@x.org",)))])
        world.edit("b/1", guests=("bob@x.org", "eve@x.org"))
        assert [skip.key for skip in world.take_back().left] == ["b/1"]
        assert (world.event(KEY), world.event("b/1").fields.guests) == (None, ("bob@x.org", "eve@x.org"))

    def test_a_block_deleted_by_hand_since_an_update_is_reported_and_stays_away(self):
        world = lived([WISH], [wish(KEY, fields("New"))])
        world.remove(KEY)
        assert [skip.why[0].code for skip in world.take_back().left] == [ReasonCode.DELETED_BY_HAND]
        assert world.calendar == {}

    def test_a_block_that_the_person_made_a_series_of_is_left(self):
        world = lived([WISH])
        world.make_series(KEY)
        assert [skip.key for skip in world.take_back().left] == [KEY]
        assert len(world.calendar) == 1
        assert reset(KEY, world.hands(), world.now) is None

    def test_undo_goes_further_each_time_and_several_at_once(self):
        for steps in ([1, 1], [2]):
            world = lived([WISH], [wish(KEY, fields("New"))])
            for count in steps:
                world.take_back(count)
            assert world.calendar == {}

    def test_what_has_begun_since_is_taken_back_too(self):
        world = lived([WISH])
        world.now += timedelta(days=1, hours=2)
        world.take_back()
        assert world.calendar == {}

    def test_undo_twice_over_the_same_applies_changes_nothing_more(self):
        world = lived([WISH], [wish(KEY, fields("New")), wish("b/1", fields(day=2))])
        world.take_back()
        world.ledger.rows("UPDATE runs SET undone = 0")  # as if killed before the end of the undo
        assert world.take_back().changes == ()

    @settings(max_examples=80, deadline=None)
    @given(st.data())
    def test_an_undo_restores_the_calendar_and_lasts(self, data):
        """Whatever changed in the last applies, taking them back restores the events as they were, for good."""
        some = st.dictionaries(
            st.sampled_from(["a/1", "a/2", "b/1"]),
            st.builds(fields, st.sampled_from(["One", "Two"]), day=st.integers(1, 3), hour=st.sampled_from([9, 15])),
        )
        plans = [[wish(key, what) for key, what in data.draw(some).items()] for _ in range(4)]
        world = World()
        pictures, applies = [{}], 0
        for wishes in plans:
            if world.cycle(wishes).changes:
                applies += 1
                pictures.append({key: event.fields for key, event in world.hands().standing.items()})
        count = data.draw(st.integers(0, applies))
        world.take_back(count)
        assert {key: event.fields for key, event in world.hands().standing.items()} == pictures[applies - count]
        for key in ("a/1", "a/2", "b/1"):
            world.give_back(key)
        world.cycle(plans[-1])
        assert {key: event.fields for key, event in world.hands().standing.items()} == {
            each.key: each.fields for each in plans[-1]
        }


class TestReset:
    def test_an_untouched_or_missing_block_needs_no_write(self):
        seen = hands([own(KEY, fields())], Memory(), context())
        assert reset(KEY, seen, MONDAY) is None
        assert reset("a/none", seen, MONDAY) is None

    def test_a_touched_block_counts_as_written_by_its_rule(self):
        touched = own(KEY, fields("Mine", hour=15), written=fields())
        change = reset(KEY, hands([touched], Memory(), context()), MONDAY)
        assert (change.after, change.why[0].code) == (touched.fields, ReasonCode.RESET)
        assert hand_changed(replace(touched, mark=replace(touched.mark, digest=change.digest))) == frozenset()

    def test_a_block_that_has_begun_is_history(self):
        touched = own(KEY, fields("Mine", day=0, hour=7), written=fields())
        assert reset(KEY, hands([touched], Memory(), context()), MONDAY) is None


def test_purge_removes_every_own_event_once_and_nothing_else():
    series = [
        replace(own("b/1", fields(day=day)), recurring=True, recurrence_id=fields(day=day).start) for day in (1, 8)
    ]
    mine = Event("personal", "meeting", fields("Board"), href="m.ics")
    copied = replace(own("b/2", fields()), uid="another")
    past = own("a/0", fields(day=-1))
    touched = own(KEY, fields("Mine"), written=fields())
    changes = purge([touched, mine, *series, copied, past], MONDAY)
    assert [(change.action, change.key) for change in changes] == [
        (Action.DELETE, "a/0"),
        (Action.DELETE, KEY),
        (Action.DELETE, "b/1"),
    ]


class TestDrafts:
    ROW = MadeDraft(
        key="m/1@example.org",
        rule="m",
        message_id=message_id("m/1@example.org"),
        digest="0",
        subject="Thanks",
        recipients=("grace@example.org",),
        due=MONDAY.replace(hour=23, minute=30),
        made=MONDAY,
        status="made",
    )
    LIES = StandingDraft(ROW.key, "m", ROW.message_id, "Thanks", ROW.recipients, "0", edited=False, made=MONDAY)

    def test_an_untouched_draft_goes_and_is_not_made_again(self):
        undone = undo_drafts([self.ROW], {self.ROW.key: self.LIES}, MONDAY)
        ((withdrawal,), left) = undone.withdrawals, undone.left
        assert (withdrawal.draft, withdrawal.why[0].code, left) == (self.LIES, ReasonCode.UNDONE, ())
        assert undone.gone == {self.ROW.key: GoneDraft("m", MONDAY.date(), "undo")}

    def test_an_edited_or_sent_draft_stays_and_is_told(self):
        edited = undo_drafts([self.ROW], {self.ROW.key: replace(self.LIES, edited=True)}, MONDAY)
        sent = undo_drafts([replace(self.ROW, status="sent")], {}, MONDAY)
        for undone, code in ((edited, ReasonCode.HAND_KEPT), (sent, ReasonCode.SENT)):
            assert [(each.key, each.why[0].code) for each in undone.left] == [(self.ROW.key, code)]
            assert (undone.withdrawals, undone.gone) == ((), {})

    def test_a_draft_that_the_person_deleted_needs_no_taking_back(self):
        undone = undo_drafts([replace(self.ROW, status="deleted")], {}, MONDAY)
        assert (undone.withdrawals, undone.gone, undone.left) == ((), {}, ())

    def test_purge_removes_the_untouched_drafts_and_tells_the_edited_ones(self):
        other = replace(self.LIES, key="m/0@example.org", edited=True)
        third = replace(self.LIES, key="a/1@example.org")
        doomed, left = purge_drafts([self.LIES, other, third])
        assert [(each.draft.key, each.why[0].code) for each in doomed] == [
            (third.key, ReasonCode.PURGED),
            (self.LIES.key, ReasonCode.PURGED),
        ]
        assert [(each.key, each.why[0].code) for each in left] == [(other.key, ReasonCode.HAND_KEPT)]
