"""The alarm rings in time, at once when something can be read, and never trusts the clock of the wall alone."""

from __future__ import annotations

import os
import selectors
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from agendad.service.scheduler import Alarm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def selector() -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as made:
        yield made


def lived(
    selector: selectors.BaseSelector, due: Callable[[int], datetime], rings: int, tick: float = 60
) -> list[float]:
    """Seconds from the start at which the alarm rang, until it has rung so often; `due` sets it after each."""
    begun, rang = time.monotonic(), []

    def ring(_moved: float) -> datetime:
        rang.append(time.monotonic() - begun)
        if len(rang) == rings:
            alarm.shutdown()
        return due(len(rang))

    alarm = Alarm(ring, selector, tick)
    alarm.run()
    return rang


def far(_rings: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def test_it_rings_at_the_start_and_when_it_was_set_to(selector: selectors.BaseSelector) -> None:
    first, second, third = lived(selector, lambda _: datetime.now(UTC) + timedelta(seconds=0.2), 3)
    assert first < 0.15
    assert 0.19 <= second - first < 1
    assert 0.19 <= third - second < 1


def test_what_is_overdue_rings_at_once_however_late(selector: selectors.BaseSelector) -> None:
    assert lived(selector, lambda _: datetime.now(UTC) - timedelta(days=3), 5)[-1] < 1


def test_without_anything_due_it_rings_at_every_tick(selector: selectors.BaseSelector) -> None:
    rang = lived(selector, far, 4, tick=0.1)
    assert rang[-1] < 1.5
    assert all(later - earlier > 0.05 for earlier, later in pairwise(rang))


def test_a_source_that_can_be_read_does_its_work_and_may_ring(selector: selectors.BaseSelector) -> None:
    reader, writer = os.pipe()
    read = []

    def source() -> None:
        read.append(os.read(reader, 10))
        alarm.at_once()

    selector.register(reader, selectors.EVENT_READ, source)
    rang = []

    def ring(_moved: float) -> datetime:
        rang.append(len(read))
        if len(rang) == 1:
            os.write(writer, b"x")
        else:
            alarm.shutdown()
        return far(0)

    alarm = Alarm(ring, selector)
    alarm.run()
    assert rang == [0, 1]
    os.close(reader)
    os.close(writer)


def test_an_exception_of_the_work_ends_the_wait_and_is_not_swallowed(selector: selectors.BaseSelector) -> None:
    def ring(_moved: float) -> datetime:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Alarm(ring, selector).run()
