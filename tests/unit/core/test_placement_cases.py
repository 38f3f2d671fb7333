"""Small cases of `place`, each with the answer a person would give, and the reasons that go with them."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.placement import place
from agendad.core.problem import Busy, Pieces, Problem, Pull, Request, Solution, Stretch
from agendad.model.reasons import ReasonCode
from agendad.model.rule import Yield

DAY = 1440
DAYS = tuple(range(0, 8 * DAY, DAY))


def clock(text: str, day: int = 0) -> Stretch:
    """`9:00-10:30` on a day, in minutes."""
    start, end = (int(part.partition(":")[0]) * 60 + int(part.partition(":")[2]) for part in text.split("-"))
    return (day * DAY + start, day * DAY + end)


def busy(text: str, title: str = "Board", day: int = 0, *, own: bool = False) -> Busy:
    return Busy(*clock(text, day), title, own)


def flexible(rule: str, lasts: int, between: str = "9:00-18:00", **more: object) -> Request:
    return replace(Request(f"{rule}/1", rule, (clock(between),), lasts, lasts), **more)  # type: ignore[arg-type]  # any field


def fixed(rule: str, at: str, yields: Yield = Yield.SHRINK, **more: object) -> Request:
    window = clock(at)
    one = Request(f"{rule}/1", rule, (window,), 30, window[1] - window[0], fixed=True, yields=yields)
    return replace(one, **more)  # type: ignore[arg-type]  # any field


def solve(*wanted: Request, events: tuple[Busy, ...] = ()) -> Solution:
    return place(Problem(events, wanted, DAYS))


def why(solution: Solution, key: str) -> tuple[ReasonCode, dict[str, str]]:
    reason = solution.unplaced[key] if key in solution.unplaced else solution.remarks[key][0]
    return reason.code, dict(reason.facts)


@pytest.mark.parametrize(
    ("yields", "where", "code", "facts"),
    [
        (Yield.SHRINK, ["11:00-13:00"], ReasonCode.SHRUNK, {"minutes": "120", "wanted": "240", "event": "Board"}),
        (
            Yield.SPLIT,
            ["9:00-10:00", "11:00-13:00"],
            ReasonCode.SPLIT,
            {"pieces": "2", "minutes": "180", "wanted": "240", "event": "Board"},
        ),
        (Yield.MOVE, ["11:00-15:00"], ReasonCode.MOVED_ASIDE, {"event": "Board"}),
        (Yield.SKIP, [], ReasonCode.YIELDED, {"event": "Board", "minutes": "30"}),
        (Yield.KEEP, ["9:00-13:00"], ReasonCode.KEEPS_OVER_EVENT, {"event": "Board"}),
    ],
)
def test_a_fixed_block_yields_to_an_event_as_its_rule_says(
    yields: Yield, where: list[str], code: ReasonCode, facts: dict[str, str]
) -> None:
    one = fixed("deep", "9:00-13:00", yields, refuge=(clock("9:00-18:00"),) if yields is Yield.MOVE else ())
    solution = solve(one, events=(busy("10:00-11:00"),))
    assert solution.placed.get("deep/1", ()) == tuple(clock(text) for text in where)
    assert why(solution, "deep/1") == (code, facts)


def test_a_fixed_block_in_free_time_stands_at_its_time() -> None:
    solution = solve(fixed("deep", "9:00-12:00"))
    assert solution.placed == {"deep/1": (clock("9:00-12:00"),)}
    assert why(solution, "deep/1") == (ReasonCode.FIXED_TIME, {})


def test_of_two_fixed_blocks_the_weaker_yields_and_names_the_stronger() -> None:
    solution = solve(fixed("b", "9:00-11:00", Yield.SKIP, priority=2), fixed("a", "10:00-12:00", Yield.SKIP))
    assert solution.placed == {"b/1": (clock("9:00-11:00"),)}
    assert why(solution, "a/1") == (ReasonCode.OUTRANKED, {"rule": "b", "minutes": "30"})


def test_of_two_fixed_blocks_of_one_priority_the_smaller_id_wins() -> None:
    solution = solve(fixed("b", "9:00-11:00"), fixed("a", "10:00-12:00"))
    assert solution.placed == {"a/1": (clock("10:00-12:00"),), "b/1": (clock("9:00-10:00"),)}


def test_a_block_without_any_window_says_so() -> None:
    solution = solve(flexible("walk", 30, windows=()))
    assert why(solution, "walk/1") == (ReasonCode.NO_WINDOW, {})


def test_a_block_that_finds_no_room_says_what_it_needs_and_what_there_is() -> None:
    solution = solve(flexible("walk", 120, "9:00-11:00"), events=(busy("10:00-10:30"),))
    facts = {"minutes": "120", "windows": "1", "longest": "60"}
    assert why(solution, "walk/1") == (ReasonCode.NO_ROOM, facts)


def test_a_block_whose_room_a_stronger_one_has_names_it() -> None:
    solution = solve(flexible("walk", 60, "9:00-10:00"), flexible("watch", 60, "9:00-10:00", priority=1))
    assert why(solution, "walk/1") == (ReasonCode.OUTRANKED, {"rule": "watch", "minutes": "60"})


def test_a_block_touches_an_event_off_the_grid_at_the_distance_of_its_gap() -> None:
    solution = solve(flexible("walk", 15, "9:00-10:30", gap=10), events=(busy("9:00-9:50"),))
    assert solution.placed == {"walk/1": (clock("10:00-10:15"),)}
    solution = solve(flexible("walk", 15, "9:00-10:30"), events=(busy("9:00-9:50"), busy("10:05-10:30")))
    assert solution.placed == {"walk/1": (clock("9:50-10:05"),)}


def test_between_two_neighbours_the_larger_gap_is_kept() -> None:
    solution = solve(flexible("a", 60, gap=10), flexible("b", 60, gap=20))
    assert solution.placed == {"a/1": (clock("9:00-10:00"),), "b/1": (clock("10:20-11:20"),)}


def test_a_pause_may_stand_inside_a_block_but_not_in_an_event() -> None:
    inside = flexible("pause", 5, "9:00-11:00", may_overlap=True, anchors=(clock("10:00-10:05")[0],))
    pull = (Pull(((inside.anchors[0], inside.anchors[0] + 1),)),)
    solution = solve(fixed("deep", "9:00-11:00"), replace(inside, pulls=pull))
    assert solution.placed["pause/1"] == (clock("10:00-10:05"),)
    assert why(solution, "pause/1") == (ReasonCode.PREFERENCE_MET, {"met": "1", "of": "1"})
    assert "pause/1" in solve(inside, events=(busy("9:00-11:00"),)).unplaced
    assert "pause/1" in solve(inside, events=(busy("9:00-11:00", own=True),)).placed


def test_pieces_add_up_and_keep_to_their_daily_limit() -> None:
    windows = tuple(clock("9:00-12:00", day) for day in range(3))
    one = flexible("watch", 0, windows=windows, least=60, most=150, pieces=Pieces(30, 60, 1))
    assert solve(one).placed["watch/1"] == ((540, 600), (DAY + 540, DAY + 600), (2 * DAY + 540, 2 * DAY + 570))
    assert "watch/1" in solve(replace(one, least=181, most=240)).unplaced


def test_a_piece_is_shortened_where_the_rest_would_be_too_short_for_one() -> None:
    lengths = ("9:00-11:00", "9:00-11:00", "9:00-10:30", "9:00-10:15")
    windows = tuple(clock(text, day) for day, text in enumerate(lengths))
    one = flexible("watch", 0, windows=windows, least=360, most=360, pieces=Pieces(60, 120, 1))
    assert sum(end - start for start, end in solve(one).placed["watch/1"]) == 360


def test_pieces_that_stand_firm_count_in_the_daily_limit() -> None:
    windows = tuple(clock("9:00-12:00", day) for day in range(2))
    firm = (clock("14:00-15:00")[0], clock("14:00-15:00", 6)[0])
    one = flexible("watch", 0, windows=windows, least=120, most=180, pieces=Pieces(60, 60, 2), firm_days=firm)
    placed = solve(one).placed["watch/1"]
    assert placed == (clock("9:00-10:00"), clock("9:00-10:00", 1), clock("10:00-11:00", 1))
    assert solve(replace(one, stands=placed)).placed["watch/1"] == placed
    crowded = replace(one, least=60, most=120, stands=(clock("9:00-10:00"), clock("10:00-11:00")))
    assert solve(crowded).placed["watch/1"] == (clock("9:00-10:00"), clock("9:00-10:00", 1))
    full = replace(one, windows=windows[:1], pieces=Pieces(60, 60, 1))
    assert why(solve(full), "watch/1")[1]["longest"] == "0"


def test_a_block_takes_the_preferred_time_then_the_nearest_then_the_earliest() -> None:
    start = clock("14:00-15:00")[0]
    one = flexible("walk", 60, pulls=(Pull(((start, start + 1),)),))
    assert solve(one).placed["walk/1"] == (clock("14:00-15:00"),)
    assert solve(one, events=(busy("14:00-15:00"),)).placed["walk/1"] == (clock("13:00-14:00"),)
    assert solve(replace(one, pulls=())).placed["walk/1"] == (clock("9:00-10:00"),)


def test_order_rules_hold_from_either_side() -> None:
    first = flexible("plan", 60, priority=4, before_rules=frozenset({"build"}))
    solution = solve(first, flexible("build", 60, "10:00-18:00", priority=1))
    assert solution.placed == {"build/1": (clock("10:00-11:00"),), "plan/1": (clock("9:00-10:00"),)}
    alone = flexible("rest", 60, not_with_rules=frozenset({"build"}))
    solution = solve(alone, flexible("build", 60, priority=1))
    assert set(solution.placed) == {"build/1"}


def test_an_event_on_a_standing_block_moves_that_block_alone() -> None:
    stays = flexible("a", 60, stands=(clock("15:00-16:00"),))
    hit = flexible("b", 60, stands=(clock("11:00-12:00"),))
    solution = solve(stays, hit, events=(busy("11:00-11:30"),))
    assert solution.placed == {"a/1": (clock("15:00-16:00"),), "b/1": (clock("9:00-10:00"),)}
    assert why(solution, "a/1") == (ReasonCode.KEPT, {})
    assert why(solution, "b/1") == (ReasonCode.MOVED_ASIDE, {"event": "Board"})


def test_a_standing_block_makes_room_for_one_that_can_only_stand_there() -> None:
    stands = flexible("a", 60, stands=(clock("9:00-10:00"),))
    new = flexible("b", 60, "9:00-10:00", priority=4)
    solution = solve(stands, new)
    assert solution.placed["b/1"] == (clock("9:00-10:00"),)
    assert solution.placed["a/1"] == (clock("10:00-11:00"),)
    assert why(solution, "a/1") == (ReasonCode.MADE_ROOM, {"rule": "b"})


def test_a_settled_block_makes_no_room_but_leaves_an_event() -> None:
    stands = flexible("a", 60, stands=(clock("9:00-10:00"),), settled=True)
    new = flexible("b", 60, "9:00-10:00", priority=1)
    solution = solve(stands, new)
    assert solution.placed == {"a/1": (clock("9:00-10:00"),)}
    assert why(solution, "a/1") == (ReasonCode.SETTLED, {})
    assert solve(stands, events=(busy("9:30-9:45"),)).placed["a/1"] == (clock("9:45-10:45"),)


def test_a_flexible_block_displaces_a_weaker_fixed_one_only_for_a_gain() -> None:
    weak = fixed("admin", "9:00-12:00", priority=4)
    solution = solve(weak, flexible("write", 60, "9:00-12:00", priority=1))
    assert solution.placed["write/1"] == (clock("9:00-10:00"),)
    assert solution.placed["admin/1"] == (clock("10:00-12:00"),)
    assert why(solution, "admin/1")[0] is ReasonCode.SHRUNK
    strong = fixed("admin", "9:00-12:00", priority=1)
    assert solve(strong, flexible("write", 60, "9:00-12:00", priority=2)).placed == {"admin/1": (clock("9:00-12:00"),)}


def test_a_flexible_block_leaves_the_range_of_a_fixed_one_when_it_can() -> None:
    stands = flexible("write", 60, priority=1, stands=(clock("9:00-10:00"),))
    solution = solve(stands, fixed("admin", "9:00-12:00"))
    assert solution.placed == {"admin/1": (clock("9:00-12:00"),), "write/1": (clock("12:00-13:00"),)}


def test_a_standing_block_that_skips_gives_up_when_an_event_lands_on_it() -> None:
    stands = flexible("walk", 60, stands=(clock("9:00-10:00"),), yields=Yield.SKIP)
    solution = solve(stands, events=(busy("9:30-9:45"),))
    assert why(solution, "walk/1") == (ReasonCode.YIELDED, {"event": "Board", "minutes": "60"})


def test_a_shrunk_block_gets_its_time_back_when_the_event_goes() -> None:
    shrunk = fixed("deep", "9:00-12:00", stands=(clock("10:00-12:00"),))
    assert solve(shrunk).placed["deep/1"] == (clock("9:00-12:00"),)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([30, 60, 90])), min_size=1, max_size=4),
    st.lists(st.integers(0, 7), max_size=2, unique=True),
)
@settings(max_examples=100, deadline=None)
def test_a_few_blocks_reach_the_optimum_of_trying_everything(
    blocks: list[tuple[int, int]], meetings: list[int]
) -> None:
    weights = {1: 8, 2: 4, 3: 2, 4: 1}
    wanted = [flexible(f"r{n}", length, "9:00-13:00", priority=p) for n, (p, length) in enumerate(blocks)]
    events = tuple(Busy(540 + 30 * at, 570 + 30 * at) for at in meetings)
    solution = solve(*wanted, events=events)
    reached = sum(weights[one.priority] * one.least for one in wanted if one.key in solution.placed)
    holes = _free_lengths({540 + 30 * at for at in meetings})
    best = 0
    for seats in product(range(len(holes) + 1), repeat=len(blocks)):
        used = [sum(blocks[n][1] for n, seat in enumerate(seats) if seat == at) for at in range(len(holes))]
        if all(taken <= hole for taken, hole in zip(used, holes, strict=True)):
            seated = (blocks[n] for n, seat in enumerate(seats) if seat < len(holes))
            best = max(best, sum(weights[priority] * length for priority, length in seated))
    assert reached == best


def _free_lengths(taken: set[int]) -> list[int]:
    lengths, length = [], 0
    for half_hour in range(540, 780, 30):
        if half_hour in taken:
            lengths.append(length)
            length = 0
        else:
            length += 30
    return [one for one in (*lengths, length) if one]


def test_the_answer_is_the_same_in_every_order_of_the_requests() -> None:
    wanted = [flexible(f"r{n}", 90, "9:00-12:00", priority=1 + n % 3) for n in range(4)]
    answers = {tuple(sorted(solve(*order).placed.items())) for order in permutations(wanted)}
    assert len(answers) == 1


def test_two_blocks_in_each_others_place_both_return_when_that_costs_nothing() -> None:
    """Keeping `call` would shorten `plan` by as much as `read` gains by its going, and move three instead of one."""
    free = (clock("14:15-18:00"), clock("16:30-18:00", 1))
    call = flexible("call", 150, windows=free[:1], stands=(clock("14:15-16:45"),))
    walk = flexible("walk", 60, windows=free, priority=2, stands=(clock("16:45-17:45"),))
    plan = flexible("plan", 45, windows=free, most=90, priority=2, stands=(clock("16:30-18:00", 1),))
    read = flexible("read", 90, windows=free, most=180, priority=4)
    note = flexible("note", 90, windows=free, priority=4)
    solution = solve(call, walk, plan, read, note, events=(busy("14:15-14:45"),))
    assert [solution.placed.get(f"{rule}/1") for rule in ("walk", "plan")] == [walk.stands, plan.stands]
    assert solution.placed["read/1"] == (clock("14:45-16:45"),)
    assert "call/1" in solution.unplaced
