"""What every answer of `place` keeps to, on generated problems with every kind of request."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.placement import place
from agendad.core.placement.board import Board, weight
from agendad.core.placement.fill import fill
from agendad.core.placement.parts import rank, split
from agendad.core.placement.seed import seed
from agendad.core.problem import Busy, Pieces, Problem, Pull, Request, Solution, Stretch
from agendad.model.rule import Yield

DAY = 1440
DAYS = 4


@st.composite
def stretches(draw: st.DrawFn, most: int = 300) -> Stretch:
    """A range within the daytime of one day; mostly on the quarter of an hour."""
    step = draw(st.sampled_from([15, 15, 15, 5]))
    start = draw(st.integers(0, DAYS - 1)) * DAY + draw(st.integers(8 * 60 // step, 16 * 60 // step)) * step
    return (start, start + draw(st.integers(1, most // step)) * step)


@st.composite
def requests(draw: st.DrawFn, number: int) -> Request:
    """A request of any kind; rules are few, so that order rules meet."""
    rule = f"rule-{number % 4}"
    priority = draw(st.integers(1, 4))
    yields = draw(st.sampled_from(list(Yield)))
    gap = draw(st.sampled_from([0, 0, 0, 10, 15]))
    overlap = draw(st.integers(0, 7)) == 0
    key = f"{rule}/{number}"
    if draw(st.integers(0, 3)) == 0:
        home = draw(stretches())
        length = home[1] - home[0]
        day = home[0] // DAY * DAY
        refuge = ((day + 480, day + 1140),) if yields is Yield.MOVE else ()
        return Request(
            key, rule, (home,), min(30, length), length, priority, True, yields, refuge, gap=gap, may_overlap=overlap
        )
    first = draw(st.integers(0, DAYS - 1))
    days = range(first, draw(st.integers(first, DAYS - 1)) + 1)
    begin = draw(st.sampled_from([480, 540, 780, 545]))
    windows = tuple((day * DAY + begin, day * DAY + begin + draw(st.sampled_from([120, 240, 540]))) for day in days)
    least = draw(st.sampled_from([15, 30, 45, 60, 90]))
    most = least + draw(st.sampled_from([0, 0, 0, 30, 60]))
    pieces = None
    if draw(st.integers(0, 5)) == 0:
        pieces = Pieces(30, 60, draw(st.sampled_from([None, 1, 2])))
        least, most = 60, draw(st.sampled_from([60, 120, 150]))
    pulls = (Pull(tuple((start + 60, start + 120) for start, _ in windows)),) if draw(st.booleans()) else ()
    related = frozenset({f"rule-{draw(st.integers(0, 3))}"} - {rule})
    side = draw(st.sampled_from(["", "", "", "before", "after", "never"]))
    return Request(
        key=key,
        rule=rule,
        windows=windows,
        least=least,
        most=most,
        priority=priority,
        yields=yields,
        pieces=pieces,
        gap=gap,
        may_overlap=overlap,
        pulls=pulls,
        before_rules=related if side == "before" else frozenset(),
        after_rules=related if side == "after" else frozenset(),
        not_with_rules=related if side == "never" else frozenset(),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """A few days with real events and up to a dozen requests."""
    busy = [
        Busy(*draw(stretches(120)), f"event {n}", draw(st.integers(0, 9)) == 0) for n in range(draw(st.integers(0, 8)))
    ]
    wanted = [draw(requests(number)) for number in range(draw(st.integers(1, 12)))]
    return Problem(tuple(busy), tuple(wanted), tuple(range(0, (DAYS + 1) * DAY, DAY)))


def stood(problem: Problem, solution: Solution) -> Problem:
    """The problem once the solution stands in the calendar."""
    return replace(
        problem, requests=tuple(replace(one, stands=solution.placed.get(one.key, ())) for one in problem.requests)
    )


def worth(problem: Problem, solution: Solution) -> int:
    """Objective (1)."""
    return sum(
        weight(one.priority) * sum(end - start for start, end in solution.placed.get(one.key, ()))
        for one in problem.requests
    )


def meets(one: Stretch, other: Stretch, gap: int = 0) -> bool:
    return one[0] < other[1] + gap and other[0] < one[1] + gap


@given(problems())
@settings(max_examples=50, deadline=None)
def test_every_request_is_placed_or_has_a_reason(problem: Problem) -> None:
    solution = place(problem)
    keys = {one.key for one in problem.requests}
    assert set(solution.placed) | set(solution.unplaced) == keys
    assert not set(solution.placed) & set(solution.unplaced)
    assert set(solution.remarks) == set(solution.placed)
    assert all(solution.placed.values())


@given(problems())
@settings(max_examples=50, deadline=None)
def test_blocks_keep_out_of_each_others_way_and_off_real_events(problem: Problem) -> None:
    solution = place(problem)
    standing = [one for one in problem.requests if one.key in solution.placed]
    for one in standing:
        events = [event for event in problem.busy if not (event.own and one.may_overlap)]
        if not (one.yields is Yield.KEEP and one.fixed):
            assert not any(
                meets(piece, (event.start, event.end), one.gap)
                for piece in solution.placed[one.key]
                for event in events
            )
    for one, other in combinations(sorted(standing, key=rank), 2):
        if one.may_overlap or other.may_overlap or (one.fixed and other.fixed and other.yields is Yield.KEEP):
            continue
        for mine in solution.placed[one.key]:
            assert not any(meets(mine, theirs, max(one.gap, other.gap)) for theirs in solution.placed[other.key])


@given(problems())
@settings(max_examples=50, deadline=None)
def test_a_flexible_block_is_in_its_windows_with_its_length_on_the_grid_or_beside_a_neighbour(problem: Problem) -> None:
    solution = place(problem)
    for one in problem.requests:
        pieces = solution.placed.get(one.key, ())
        if one.fixed or not pieces:
            continue
        lengths = [end - start for start, end in pieces]
        assert one.least <= sum(lengths) <= one.most
        if one.pieces:
            assert all(one.pieces.least <= length <= one.pieces.most for length in lengths)
            days = [start // DAY for start, _ in pieces]
            assert one.pieces.per_day is None or all(days.count(day) <= one.pieces.per_day for day in days)
        else:
            assert len(pieces) == 1
        assert not any(meets(mine, other, one.gap) for mine, other in combinations(pieces, 2))
        for start, end in pieces:
            assert any(first <= start and end <= last for first, last in one.windows)
            assert start % DAY % problem.grid == 0 or _touches(problem, solution, one, (start, end))


def _touches(problem: Problem, solution: Solution, one: Request, piece: Stretch) -> bool:
    gaps = {other.key: max(one.gap, other.gap) for other in problem.requests}
    near = [(gaps[key], other) for key, pieces in solution.placed.items() for other in pieces]
    near += [(one.gap, (event.start, event.end)) for event in problem.busy]
    return any(piece[0] == end + gap or piece[1] == start - gap for gap, (start, end) in near)


@given(problems())
@settings(max_examples=50, deadline=None)
def test_order_rules_hold_on_every_day_that_has_both(problem: Problem) -> None:
    solution = place(problem)
    for one in problem.requests:
        for other in problem.requests:
            if one.key == other.key or (one.fixed and other.fixed):
                continue
            for mine in solution.placed.get(one.key, ()):
                for theirs in solution.placed.get(other.key, ()):
                    if mine[0] // DAY != theirs[0] // DAY:
                        continue
                    assert other.rule not in one.not_with_rules
                    assert other.rule not in one.before_rules or mine[1] <= theirs[0]
                    assert other.rule not in one.after_rules or mine[0] >= theirs[1]


@given(problems(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_requests_and_events_carries_no_meaning(problem: Problem, chance: object) -> None:
    wanted, busy = list(problem.requests), list(problem.busy)
    chance.shuffle(wanted)  # type: ignore[attr-defined]  # Hypothesis' Random has no public type
    chance.shuffle(busy)  # type: ignore[attr-defined]
    assert place(replace(problem, requests=tuple(wanted), busy=tuple(busy))) == place(problem)


@given(problems())
@settings(max_examples=50, deadline=None)
def test_a_quiet_calendar_never_reshuffles(problem: Problem) -> None:
    first = place(problem)
    second = place(stood(problem, first))
    assert second.placed == first.placed
    assert set(second.unplaced) == set(first.unplaced)


@given(problems(), stretches(120))
@settings(max_examples=70, deadline=None)
def test_a_quiet_calendar_never_reshuffles_after_a_change_either(problem: Problem, event: Stretch) -> None:
    changed = replace(stood(problem, place(problem)), busy=(*problem.busy, Busy(*event, "new")))
    after = place(changed)
    gave_up = {one.key for one in changed.requests if one.yields is Yield.SKIP and not one.fixed}
    again = replace(
        changed, requests=tuple(one for one in changed.requests if one.key not in gave_up - set(after.placed))
    )
    assert place(stood(again, after)).placed == after.placed


@given(problems())
@settings(max_examples=40, deadline=None)
def test_an_event_where_nobody_wants_to_be_moves_nothing(problem: Problem) -> None:
    first = place(problem)
    far = Busy((DAYS - 1) * DAY + 1380, (DAYS - 1) * DAY + 1440, "late")
    assert place(replace(stood(problem, first), busy=(*problem.busy, far))).placed == first.placed


@given(problems())
@settings(max_examples=70, deadline=None)
def test_the_search_never_ends_below_filling_by_rank(problem: Problem) -> None:
    greedy = 0
    for part in split(problem):
        board = Board(part)
        for index in seed(board):
            fill(board, index)
        greedy += board.worth() * board.unit
    assert worth(problem, place(problem)) >= greedy
