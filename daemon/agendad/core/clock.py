"""What time it is in a cycle, and until when what was decided stays true.

Deciding compares many moments with the present: whether a window has begun, a draft is due, a meeting is over. All of
it asks the same `Clock`, which notes the first minute at which an answer would be another. Until then, with the same
calendar and mails, a cycle decides the same; `engine.py` does not decide again, and whoever repeats cycles may sleep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from agendad.core.timeline import clip, to_minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from agendad.core.problem import Minutes, Stretch

T = TypeVar("T")
NEVER: Final = 1 << 62
"""A minute that does not come."""


class Clock:
    """The minute of a cycle, rounded up.

    instant  the same, aware and exact
    until    the first later minute at which an answer given so far would be another
    """

    __slots__ = ("instant", "now", "until")

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.now = to_minutes(instant, up=True)
        self.until: Minutes = NEVER

    def past(self, moment: Minutes) -> bool:
        """Whether a moment lies before now."""
        if moment < self.now:
            return True
        self.changes(moment + 1)
        return False

    def come(self, moment: Minutes) -> bool:
        """Whether a moment is now, or lies before."""
        if moment <= self.now:
            return True
        self.changes(moment)
        return False

    def ahead(self, stretches: Sequence[Stretch], end: Minutes = NEVER) -> tuple[Stretch, ...]:
        """What of a set of time lies between now and `end`."""
        left = clip(stretches, (self.now, end))
        if left:
            self.changes(left[0][0] + 1)
        return left

    def changes(self, moment: Minutes) -> None:
        """Notes that something is another from a moment on; what is past has changed already."""
        if self.now < moment < self.until:
            self.until = moment

    def runs(self) -> None:
        """Notes that something is measured to the minute."""
        self.until = self.now + 1

    def noting(self, make: Callable[[], T]) -> tuple[T, Minutes]:
        """What is made, and until when it stays so; that is noted like all else."""
        before, self.until = self.until, NEVER
        try:
            made, until = make(), self.until
        finally:
            self.until = min(before, self.until)
        return made, until
