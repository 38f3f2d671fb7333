"""Own blocks as a decision sees them are the newest under each key, with the time that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis.strategies as st
from engine_world import PARIS, own
from hypothesis import given

from agendad.core.ownblocks import OwnBlocks
from agendad.core.timeline import span

if TYPE_CHECKING:
    from agendad.model.calendar import Event

KEYS = ("a/1", "a/2", "b/1")
TIMES = ("mon 09:00-10:00", "tue 09:00-10:30", "fri 22:00-23:00")


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(TIMES), st.booleans()), max_size=12))
def test_whenever_it_is_asked_the_last_block_of_each_key_counts(puts: list[tuple[str, str, bool]]) -> None:
    begun = own("b/0", "mon 07:00-08:00")
    blocks, newest = OwnBlocks({"b/0": begun}), {"b/0": begun}

    def told() -> list[Event]:
        return [newest[key] for key in sorted(newest)]

    for key, when, asked in puts:
        newest[key] = own(key, when)
        blocks.put(key, newest[key])
        if asked:
            assert [event for _, event in blocks.in_time(PARIS)] == told()
    assert list(blocks.events()) == told()
    assert list(blocks.in_time(PARIS)) == [(span(each.fields.start, each.fields.end, PARIS), each) for each in told()]
