"""The person's hand, the three-way merge, settling after a crash, and the limits: single cases, then a machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from kept_world import MONDAY, PARIS, Killed, World, all_day, context, fields, own, wish

from agendad.core.hands import hands, remember, settle
from agendad.core.reconcile import as_write, reconcile
from agendad.core.safety import Allowed, emptied, within_limits
from agendad.errors import RefusedBySafety
from agendad.ledger import history
from agendad.model.calendar import Event, Mark, ShowAs
from agendad.model.identity import digest, hand_changed, uid
from agendad.model.memory import Decisions, Gone, Intent, Memory, Written
from agendad.model.plan import Action
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.settings import Limits

KEY = "a/2026-11-24"


def plan(wishes, events, memory=None, here=None):
    here = here or context()
    return reconcile(wishes, hands(events, memory or Memory(), here), here)


def known(key, what, **more):
    return Written(key.partition("/")[0], "", more.get("calendar", "personal"), what.start, what.end, digest(what))


class TestWhatTheRuleWants:
    def test_a_missing_block_is_created_in_the_write_calendar(self):
        result = plan([wish(KEY, fields())], [])
        assert [(change.action, change.calendar, change.digest) for change in result.changes] == [
            (Action.CREATE, "personal", digest(fields()))
        ]
        assert [block.state for block in result.blocks] == ["planned"]

    def test_a_block_that_stands_as_wished_is_left(self):
        result = plan([wish(KEY, fields())], [own(KEY, fields())])
        assert result.changes == ()
        assert [block.state for block in result.blocks] == ["written"]

    def test_another_zone_for_the_same_instants_is_no_change(self):
        moved = fields()
        utc = replace(moved, start=moved.start.astimezone(PARIS), end=moved.end.astimezone(None))
        assert plan([wish(KEY, utc)], [own(KEY, moved)]).changes == ()

    def test_a_changed_rule_updates_its_field_and_names_it(self):
        (change,) = plan([wish(KEY, fields("New"))], [own(KEY, fields())]).changes
        assert (change.action, change.after, change.digest) == (Action.UPDATE, fields("New"), digest(fields("New")))
        assert change.why == (Reason(ReasonCode.RULE_CHANGED, {"fields": "title"}),)

    def test_a_renamed_rule_takes_its_blocks_over_by_rewriting_the_mark(self):
        (change,) = plan([wish(KEY, fields(), rule="b")], [own(KEY, fields())]).changes
        assert (change.action, change.key, change.rule, change.after) == (Action.UPDATE, KEY, "b", fields())
        assert change.why == (Reason(ReasonCode.RULE_CHANGED, {"renamed_from": "a"}),)

    @pytest.mark.parametrize(("rules", "code"), [(("a",), ReasonCode.NO_LONGER_DUE), (("b",), ReasonCode.RULE_GONE)])
    def test_an_untouched_block_ahead_that_is_not_wished_is_deleted(self, rules, code):
        (change,) = plan([], [own(KEY, fields())], here=context(rules=rules)).changes
        assert (change.action, change.why) == (Action.DELETE, (Reason(code),))

    def test_a_block_beyond_the_horizon_stays_while_its_rule_is_there(self):
        events, horizon = [own(KEY, fields(day=9))], MONDAY + timedelta(days=7)
        assert plan([], events, here=context(horizon=horizon)).changes == ()
        assert len(plan([], events, here=context(rules=(), horizon=horizon)).changes) == 1

    def test_a_block_without_a_place_is_deleted_with_the_reason_of_the_placer(self):
        here, reason = context(), Reason(ReasonCode.NO_ROOM)
        seen = hands([own(KEY, fields())], Memory(), here)
        assert reconcile([], seen, here, {KEY: reason}).changes[0].why == (reason,)

    def test_changes_come_in_the_order_of_time(self):
        result = plan([wish("a/2", fields(day=2)), wish("b/1", fields(day=1))], [own("a/3", fields(day=3))])
        assert [change.key for change in result.changes] == ["b/1", "a/2", "a/3"]


class TestThePersonsHand:
    def test_a_renamed_block_keeps_its_title_and_follows_its_rule_in_the_rest(self):
        renamed = own(KEY, fields("Mine"), written=fields())
        (change,) = plan([wish(KEY, fields("New", notes="agenda"))], [renamed]).changes
        assert change.after == fields("Mine", notes="agenda")
        assert hand_changed(replace(renamed, fields=change.after, mark=Mark("a", KEY, change.digest))) == {"title"}

    def test_a_moved_block_is_pinned_and_busy(self):
        moved = own(KEY, fields(hour=15), written=fields())
        result = plan([wish(KEY, fields())], [moved])
        assert (result.changes, [block.state for block in result.blocks]) == ((), ["pinned"])
        assert hands([moved], Memory(), context()).pinned == {KEY: moved}

    def test_a_field_stays_the_persons_when_the_rule_comes_to_want_the_same(self):
        mine = own(KEY, fields("Mine"), written=fields())
        assert plan([wish(KEY, fields("Mine"))], [mine]).changes == ()
        (change,) = plan([wish(KEY, fields("Mine", notes="x"))], [mine]).changes
        later = replace(mine, fields=change.after, mark=Mark("a", KEY, change.digest))
        assert plan([wish(KEY, fields("Other", notes="x"))], [later]).changes == ()

    def test_whom_the_rule_invites_follows_it_until_the_person_invites_somebody(self):
        grace, lin = fields(guests=("grace@x.org",)), fields(guests=("lin@x.org",))
        (change,) = plan([wish(KEY, lin)], [own(KEY, grace)]).changes
        assert (change.after, change.why) == (lin, (Reason(ReasonCode.RULE_CHANGED, {"fields": "guests"}),))
        mine = own(KEY, fields(guests=("bob@x.org", "grace@x.org")), written=grace)
        result = plan([wish(KEY, lin)], [mine])
        assert (result.changes, result.blocks[0].why) == ((), (Reason(ReasonCode.HAND_KEPT, {"fields": "guests"}),))

    def test_a_mark_of_a_version_that_invited_nobody_says_so(self):
        old = own(KEY, fields())
        mark = replace(old.mark, digest=old.mark.digest.rpartition(";guests=")[0])
        plain, invited = replace(old, mark=mark), replace(own(KEY, fields(guests=("bob@x.org",))), mark=mark)
        assert (hand_changed(plain), hand_changed(invited)) == (frozenset(), {"guests"})
        assert [change.action for change in plan([], [plain, own("b/1", fields(day=2))]).changes] == [Action.DELETE] * 2
        assert plan([], [invited]).changes == ()
        (change,) = plan([wish(KEY, fields("New", guests=("eve@x.org",)))], [invited]).changes
        assert (change.after.title, change.after.guests) == ("New", ("bob@x.org",))
        assert hand_changed(replace(invited, fields=change.after, mark=Mark("a", KEY, change.digest))) == {"guests"}

    def test_only_a_rule_that_notifies_lets_a_write_notify(self):
        for notify in (False, True):
            (new,) = plan([replace(wish(KEY, fields()), notify=notify)], []).changes
            (more,) = plan([replace(wish(KEY, fields("New")), notify=notify)], [own(KEY, fields())]).changes
            assert [as_write(each).notify for each in (new, more)] == [notify, notify]

    def test_a_field_that_is_put_back_is_the_rules_again(self):
        (change,) = plan([wish(KEY, fields("New"))], [own(KEY, fields(), written=fields())]).changes
        assert change.after.title == "New"

    @pytest.mark.parametrize(
        "hand", [{"title": "Mine"}, {"hour": 15}, {"show_as": ShowAs.FREE}, {"guests": ("eve@x.org",)}]
    )
    def test_a_touched_block_outlives_its_rule(self, hand):
        touched = own(KEY, fields(**hand), written=fields())
        result = plan([], [touched], here=context(rules=()))
        assert (result.changes, [block.state for block in result.blocks]) == ((), ["pinned"])
        assert hands([touched], Memory(), context()).changed.keys() == {KEY}

    def test_a_deleted_block_is_not_made_again(self):
        memory = Memory(written={KEY: known(KEY, fields())})
        seen = hands([], memory, context())
        assert seen.deleted == {KEY: Gone("a", date(2026, 11, 24), "hand", fields().start, fields().end)}
        assert (seen.found, seen.gone) == ({KEY}, {KEY})
        result = reconcile([wish(KEY, fields())], seen, context())
        assert result.changes == ()
        assert result.skipped[0].why == (Reason(ReasonCode.DELETED_BY_HAND),)

    def test_a_deletion_outlives_the_ledger_in_the_decisions(self):
        seen = hands([], Memory(written={KEY: known(KEY, fields())}), context())
        kept = remember(Decisions(), seen, context())
        assert plan([wish(KEY, fields())], [], Memory(decisions=kept)).changes == ()

    def test_a_block_that_the_person_brings_back_is_no_longer_deleted(self):
        memory = Memory(decisions=Decisions(deleted={KEY: Gone("a", date(2026, 11, 24))}))
        seen = hands([own(KEY, fields())], memory, context())
        assert remember(memory.decisions, seen, context()).deleted == {}

    def test_what_was_written_outside_the_stretch_that_was_read_is_not_taken_for_deleted(self):
        far, elsewhere = known(KEY, fields(day=60)), known(KEY, fields(), calendar="old")
        for written in (far, elsewhere):
            assert hands([], Memory(written={KEY: written}), context()).gone == frozenset()

    def test_a_block_moved_to_another_calendar_is_updated_where_it_is(self):
        (change,) = plan([wish(KEY, fields("New"))], [own(KEY, fields(), calendar="family")]).changes
        assert (change.action, change.calendar) == (Action.UPDATE, "family")

    def test_a_copy_under_another_uid_is_the_persons_own_event(self):
        copy = replace(own(KEY, fields()), uid="someone-else")
        result = plan([], [copy])
        assert (result.changes, result.blocks) == ((), ())

    def test_a_block_made_recurring_is_left_alone_as_a_whole(self):
        series = [
            replace(own(KEY, fields(day=day)), recurring=True, recurrence_id=fields(day=day).start) for day in (1, 8)
        ]
        result = plan([wish(KEY, fields("New"))], series)
        assert (result.changes, [block.state for block in result.blocks]) == ((), ["pinned"])
        assert plan([], series, here=context(rules=())).changes == ()
        seen = hands(series, Memory(), context())
        assert {*seen.standing.values(), *seen.copies} == set(series)


class TestCopiesUnderOneUid:
    def copies(self):
        return [own(KEY, fields(), calendar="family"), own(KEY, fields(), href="x"), own(KEY, fields(), href="y")]

    def test_the_one_in_the_write_calendar_counts_in_whatever_order_they_are_read(self):
        for order in (self.copies(), self.copies()[::-1]):
            seen = hands(order, Memory(), context())
            assert seen.standing[KEY].href == "x"
            assert [(copy.calendar, copy.href) for copy in seen.copies] == [("personal", "y"), ("family", f"{KEY}.ics")]

    def test_copies_are_left_while_the_block_is_wished_and_go_with_it(self):
        assert plan([wish(KEY, fields())], self.copies()).changes == ()
        assert len(plan([], self.copies()).changes) == 3

    def test_a_copy_that_was_changed_by_hand_stays(self):
        family = own(KEY, fields("Mine"), written=fields(), calendar="family")
        assert [change.calendar for change in plan([], [own(KEY, fields()), family]).changes] == ["personal"]


class TestThePast:
    def test_nothing_that_has_begun_is_created(self):
        over, begun = wish("a/1", fields(hour=7, day=0)), wish("a/2", fields(hour=8, day=0))
        here = context(MONDAY + timedelta(minutes=1))
        assert [change.key for change in plan([over, begun], []).changes] == ["a/2"]  # right now is not too late
        result = plan([over, begun], [], here=here)
        assert result.changes == ()
        assert [skip.why[-1].code for skip in result.skipped] == [ReasonCode.ALREADY_PAST, ReasonCode.IN_PROGRESS]

    def test_a_block_that_has_begun_is_neither_changed_nor_deleted(self):
        begun = own(KEY, fields(hour=7, day=0))
        assert plan([wish(KEY, fields("New", hour=15))], [begun]).changes == ()
        assert plan([], [begun], here=context(rules=())).changes == ()

    def test_an_all_day_block_begins_at_local_midnight(self):
        today, tomorrow = own("a/1", all_day("Off", MONDAY.date())), own("a/2", all_day("Off", date(2026, 11, 24)))
        assert [change.key for change in plan([], [today, tomorrow]).changes] == ["a/2"]

    def test_an_occurrence_whose_block_is_past_is_not_made_again_later_in_its_period(self):
        memory = Memory(written={"a/2026-11": known("a/2026-11", fields(day=-20))})
        result = plan([wish("a/2026-11", fields(day=3))], [], memory)
        assert (result.changes, result.skipped[0].why[-1].code) == ((), ReasonCode.ALREADY_PAST)

    def test_a_wish_that_has_come_to_lie_in_the_past_moves_nothing(self):
        assert plan([wish(KEY, fields(day=0, hour=6))], [own(KEY, fields())]).changes == ()


def test_while_paused_nothing_is_written():
    events = [own(KEY, fields()), own("a/2", fields(day=2))]
    result = plan([wish(KEY, fields("New")), wish("a/3", fields(day=3))], events, here=context(paused=True))
    assert result.changes == ()
    assert [skip.why for skip in result.skipped] == [(Reason(ReasonCode.PAUSED),)]


def test_decisions_older_than_a_year_are_dropped_and_new_rules_get_their_first_day():
    old = Decisions(
        deleted={"a/1": Gone("a", date(2025, 11, 1)), "a/2": Gone("a", date(2026, 1, 1))},
        first_days={"a": MONDAY - timedelta(days=900)},
        absences=((date(2025, 1, 1), date(2025, 1, 9)),),
    )
    kept = remember(old, hands([], Memory(decisions=old), context()), context())
    assert kept == Decisions({"a/2": old.deleted["a/2"]}, {"a": MONDAY - timedelta(days=900), "b": MONDAY})


class TestLimits:
    def missing(self, count, left=0, foreign=0):
        written = {f"a/{n}": known(f"a/{n}", fields(day=n + 1)) for n in range(count + left)}
        events = [own(f"a/{n}", fields(day=n + 1)) for n in range(count, count + left)]
        seen = hands(events, Memory(written=written), context())
        return emptied(seen, {"personal": left + foreign, "family": 0}, context())

    @pytest.mark.parametrize(
        ("count", "left", "foreign", "refused"),
        [(1, 0, 0, False), (2, 0, 0, True), (4, 0, 1, False), (5, 0, 1, True), (5, 4, 0, True), (5, 5, 0, False)],
    )
    def test_a_calendar_that_lost_our_events_at_once_is_refused(self, count, left, foreign, refused):
        assert isinstance(self.missing(count, left, foreign), RefusedBySafety) is refused

    def test_deletions_that_are_known_do_not_count_again(self):
        gone = {f"a/{n}": Gone("a", date(2026, 11, 25)) for n in range(9)}
        memory = Memory({key: known(key, fields()) for key in gone}, decisions=Decisions(deleted=gone))
        assert emptied(hands([], memory, context()), {"personal": 0}, context()) is None

    def test_too_many_deletes_refuse_all_of_them(self):
        changes = plan([], [own(f"a/{n}", fields(day=n)) for n in range(1, 5)]).changes
        assert isinstance(within_limits(changes, Limits(deletes_per_cycle=3), MONDAY), RefusedBySafety)
        assert within_limits(changes, Limits(deletes_per_cycle=4), MONDAY) == Allowed(changes)

    def test_of_too_many_writes_the_nearest_are_made_first(self):
        changes = plan([wish(f"a/{n}", fields(day=n)) for n in range(1, 5)], []).changes
        allowed = within_limits(changes[::-1], Limits(writes_per_cycle=3), MONDAY)
        assert allowed == Allowed(changes[:3], changes[3:])


class TestAfterACrash:
    @pytest.mark.parametrize("die", ["before writing", "after the first write", "before settling"])
    def test_a_create_is_settled_by_reading_and_made_once(self, die):
        world = World()
        with pytest.raises(Killed):
            world.cycle([wish(KEY, fields())], die=die)
        world.cycle([wish(KEY, fields())])
        assert len(world.calendar) == 1
        assert world.decisions.deleted == {}
        assert world.hands().settled == ()

    def test_a_create_whose_event_somebody_deleted_since_is_not_made_again(self):
        world = World()
        with pytest.raises(Killed):
            world.cycle([wish(KEY, fields())], die="before settling")
        world.remove(KEY)
        world.removed.add(uid(KEY))
        world.cycle([wish(KEY, fields())])
        assert (world.calendar, set(world.decisions.deleted)) == ({}, {KEY})

    def test_a_delete_that_was_carried_out_is_not_taken_for_the_persons(self):
        world = World()
        world.cycle([wish(KEY, fields())])
        with pytest.raises(Killed):
            world.cycle([], die="before settling")
        world.cycle([wish(KEY, fields())])
        assert (len(world.calendar), world.decisions.deleted) == (1, {})

    def test_a_block_deleted_after_an_update_that_was_never_made_stays_deleted(self):
        world = World()
        world.cycle([wish(KEY, fields())])
        with pytest.raises(Killed):
            world.cycle([wish(KEY, fields("New"))], die="before writing")
        world.remove(KEY)
        world.cycle([wish(KEY, fields("New"))])
        assert (world.calendar, set(world.decisions.deleted)) == ({}, {KEY})

    @pytest.mark.parametrize("die", ["", "before settling"])
    def test_a_block_is_known_after_a_crash_or_a_lost_ledger_so_its_deletion_is_seen(self, die):
        world = World()
        if die:
            with pytest.raises(Killed):
                world.cycle([wish(KEY, fields())], die=die)
        else:
            world.cycle([wish(KEY, fields())])
            world.lose_ledger()
        world.cycle([wish(KEY, fields())])
        world.remove(KEY)
        world.cycle([wish(KEY, fields())])
        assert (world.calendar, set(world.decisions.deleted)) == ({}, {KEY})

    @pytest.mark.parametrize(
        ("die", "made"), [("before writing", ["Deep work", "New"]), ("before settling", ["Deep work", "New"])]
    )
    def test_an_update_is_in_the_history_once_and_only_when_it_was_made(self, die, made):
        world = World()
        world.cycle([wish(KEY, fields())])
        with pytest.raises(Killed):
            world.cycle([wish(KEY, fields("New"))], die=die)
        world.cycle([wish(KEY, fields("New"))])
        assert [each.after.title for each in history.applied(world.ledger, history.last_runs(world.ledger, 9))] == made

    def test_an_update_of_the_fields_alone_is_told_from_none_by_the_fields(self):
        """An undo writes other fields under the same mark."""
        world = World()
        world.cycle([wish(KEY, fields())])
        world.cycle([wish(KEY, fields("New"))])
        event = world.event(KEY)
        back = Intent(1, Action.UPDATE, KEY, "a", "personal", event.fields, fields(), event.mark.digest)
        assert settle([back], {KEY: event}, context())[0].status == "failed"
        assert settle([back], {KEY: replace(event, fields=fields())}, context())[0].status == "done"

    def test_an_update_of_the_mark_alone_is_told_from_none_by_the_mark(self):
        event = own(KEY, fields())
        rename = Intent(1, Action.UPDATE, KEY, "b", "personal", fields(), fields(), event.mark.digest)
        assert settle([rename], {KEY: event}, context())[0].status == "failed"
        assert settle([rename], {KEY: own(KEY, fields(), rule="b")}, context())[0].status == "done"

    def test_an_intent_outside_the_stretch_that_was_read_stays_open(self):
        far = Intent(1, Action.CREATE, KEY, "a", "personal", None, fields(day=90), "")
        elsewhere = Intent(2, Action.CREATE, KEY, "a", "work", None, fields(), "")
        assert settle([far, elsewhere], {}, context()) == ()

    def test_a_quiet_cycle_records_nothing(self):
        world = World()
        world.cycle([wish(KEY, fields())])
        written = world.ledger.rows("SELECT total_changes()")
        world.cycle([wish(KEY, fields())])
        assert world.ledger.rows("SELECT total_changes()") == written


SOME = {
    "title": ("One", "Two"),
    "notes": ("x", "y"),
    "start": (fields(hour=9).start, fields(hour=10).start),
    "guests": (("eve@x.org",), ("bob@x.org", "eve@x.org")),
}
CHOICES = st.sampled_from([(name, value) for name, values in SOME.items() for value in values])


@given(st.lists(st.tuples(st.sampled_from(["rule", "hand", "cycle"]), CHOICES), max_size=16), st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_differs_from_what_was_last_written_is_the_persons_whatever_the_rule_says(life, forgetful):
    """One block; kept beside it, field by field: what the rule wants, what was written last, what stands."""
    world = World()
    wanted = {name: values[0] for name, values in SOME.items()}
    world.cycle([wish(KEY, replace(fields(), **wanted))])
    written, stands = dict(wanted), dict(wanted)
    for who, (name, value) in life:
        if who == "rule":
            wanted[name] = value
        elif who == "hand":
            world.edit(KEY, **{name: value})
            stands[name] = value
        else:
            world.cycle([wish(KEY, replace(fields(), **wanted))])
            follow = {each: wanted[each] for each in wanted if stands[each] == written[each]}
            written |= follow
            stands |= follow
            if forgetful:
                world.lose_ledger()
        event = world.event(KEY)
        assert {name: getattr(event.fields, name) for name in wanted} == stands


KEYS = ("a/1", "b/1")
TITLES = ("One", "Two")
TIMES = tuple((day, hour) for day in (1, 2, 4) for hour in (9, 15))
DEATHS = ("before writing", "after the first write", "before settling")


class Life(RuleBasedStateMachine):
    """Rules, a person, time and accidents in any order. Kept beside: what the person last chose, field by field."""

    @initialize()
    def begin(self):
        self.world = World()
        self.wishes = {key: wish(key, fields(hour=10 + number)) for number, key in enumerate(KEYS)}
        self.chosen = {}  # key -> {field: value}, until put back, reset or deleted
        self.removed = set()  # keys whose deletion the product has had the chance to see
        self.unseen = set()  # keys deleted since the last cycle
        self.lost = set()  # keys deleted when nobody could tell that their block had been made
        self.open = False  # whether the last cycle was killed
        self.blind = False  # whether the ledger was lost since the last cycle
        self.foreign = Event("personal", "meeting", fields("Board"), href="meeting.ics")
        self.world.calendar["personal", "meeting.ics"] = self.foreign
        self.cycle("")

    # ---- the rules

    def want(self, key, **changed):
        wanted = self.wishes.get(key) or wish(key, fields())
        self.wishes[key] = replace(wanted, fields=replace(wanted.fields, **changed))

    @rule(key=st.sampled_from(KEYS), title=st.sampled_from(TITLES))
    def want_another_title(self, key, title):
        self.want(key, title=title)

    @rule(key=st.sampled_from(KEYS), notes=st.sampled_from(TITLES))
    def want_other_notes(self, key, notes):
        self.want(key, notes=notes)

    @rule(key=st.sampled_from(KEYS), time=st.sampled_from(TIMES))
    def want_another_time(self, key, time):
        to = fields("", *time)
        self.want(key, start=to.start, end=to.end)

    @rule(key=st.sampled_from(KEYS))
    def want_no_more(self, key):
        self.wishes.pop(key, None)

    # ---- the person

    def block(self, key):
        event = self.world.event(key)
        assume(event is not None)
        return event

    def choose(self, key, name, value, written):
        """What the person chose; a field that is put back to what was written is the rule's again."""
        if written == value:
            self.chosen.get(key, {}).pop(name, None)
        else:
            self.chosen.setdefault(key, {})[name] = value

    @rule(key=st.sampled_from(KEYS), title=st.sampled_from(TITLES))
    def rename(self, key, title):
        event = self.block(key)
        self.world.edit(key, title=title)
        kept = "title" in hand_changed(replace(event, fields=replace(event.fields, title=title)))
        self.choose(key, "title", title, None if kept else title)

    @rule(key=st.sampled_from(KEYS), time=st.sampled_from(TIMES))
    def move(self, key, time):
        event = self.block(key)
        to = fields("", *time)
        self.world.edit(key, start=to.start, end=to.end)
        moved = replace(event, fields=replace(event.fields, start=to.start, end=to.end))
        self.choose(key, "start", to.start, None if "time" in hand_changed(moved) else to.start)

    @rule(key=st.sampled_from(KEYS))
    def delete(self, key):
        self.block(key)
        self.world.remove(key)
        self.chosen.pop(key, None)
        (self.lost if self.open or self.blind else self.unseen).add(key)

    @rule(key=st.sampled_from(KEYS))
    def move_to_another_calendar(self, key):
        event = self.block(key)
        del self.world.calendar[event.calendar, event.href]
        self.world.calendar["family", event.href] = replace(event, calendar="family")

    @rule(key=st.sampled_from(KEYS))
    def give_back(self, key):
        for keys in (self.removed, self.unseen, self.lost):
            keys.discard(key)
        self.chosen.pop(key, None)
        self.world.give_back(key)

    @rule()
    def take_back(self):
        """What an undo does counts as done by the person."""
        self.removed |= self.unseen
        self.unseen.clear()
        self.blind, self.open = False, False
        for change in self.world.take_back().changes:
            if change.after is None:
                self.chosen.pop(change.key, None)
                self.removed.add(change.key)
                continue
            self.removed.discard(change.key)
            before = change.before and change.before.fields
            for name in ("title", "notes", "start"):
                if before is None and name == "start":
                    self.chosen[change.key] = {"start": change.after.start}
                elif before is not None and getattr(before, name) != getattr(change.after, name):
                    self.chosen.setdefault(change.key, {})[name] = getattr(change.after, name)

    # ---- time and accidents

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self.world.now += timedelta(hours=hours)
        assume(self.world.now < MONDAY + timedelta(days=6))

    @rule()
    def pause_or_resume(self):
        self.world.paused = not self.world.paused

    @rule()
    def lose_the_ledger(self):
        self.world.lose_ledger()
        self.unseen.clear()
        self.open, self.blind = False, True

    # ---- the product

    @rule()
    def live_through_a_cycle(self):
        self.cycle("")

    @rule(die=st.sampled_from(DEATHS))
    def die_in_a_cycle(self, die):
        self.cycle(die)

    def cycle(self, die):
        before, begun = dict(self.world.calendar), self.world.hands().begun
        self.removed |= self.unseen
        self.unseen.clear()
        self.blind = False
        wishes = list(self.wishes.values())
        try:
            self.world.cycle(wishes, die)
            self.open = False
        except Killed:
            self.open = True
            return
        assert self.world.plan(wishes).changes == ()
        for key, event in begun.items():
            assert self.world.calendar[event.calendar, event.href] == event, key
        for key, wanted in self.wishes.items():
            event = self.world.event(key)
            if event is None:
                late = wanted.fields.start < self.world.now or key in self.world.hands().done
                assert key in self.removed | self.lost or late or self.world.paused, key
        if self.world.paused:
            assert self.world.calendar == before

    # ---- what always holds

    @invariant()
    def foreign_events_are_never_touched(self):
        assert self.world.calendar["personal", "meeting.ics"] == self.foreign

    @invariant()
    def there_is_one_event_a_key(self):
        uids = [event.uid for event in self.world.calendar.values()]
        assert len(uids) == len(set(uids))

    @invariant()
    def what_the_person_chose_stays(self):
        for key, values in self.chosen.items():
            event = self.world.event(key)
            assert not values or event is not None, key
            for name, value in values.items():
                assert getattr(event.fields, name) == value

    @invariant()
    def what_the_person_deleted_stays_away(self):
        for key in self.removed:
            assert self.world.event(key) is None, key


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)
