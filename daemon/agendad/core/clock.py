"""What time it is in a cycle, and until when what was decided stays true.

Deciding compares many moments with the present: whether a window has begun, a draft is due, a meeting is over. All of
it asks the same `Clock`, which notes the first minute at which an answer would be another. Until then, with the same
calendar and mails, a cycle decides the same, and `engine.py` does not decide again.

Whoever repeats cycles may sleep longer. That of the time in which a block may stand another minute is gone takes away
choices and adds none: what stands still stands well, and what found no place finds none later. A daemon that woke for
it would make a cycle a minute all week, for one block of the week that is yet to come.
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
    wake     the same, but for time that grows shorter: the first at which there may be something to do
    """

    __slots__ = ("instant", "now", "until", "wake")

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.now = to_minutes(instant, up=True)
        self.until: Minutes = NEVER
        self.wake: Minutes = NEVER

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
            self.until = min(self.until, left[0][0] + 1)
        return left

    def changes(self, moment: Minutes) -> None:
        """Notes that something is another from a moment on; what is past has changed already."""
        if self.now < moment:
            self.note(moment, moment)

    def runs(self) -> None:
        """Notes that something is measured to the minute; that alone leaves nothing to do."""
        self.until = self.now + 1

    def note(self, until: Minutes, wake: Minutes) -> None:
        """Notes both moments of something that was noted apart."""
        self.until, self.wake = min(self.until, until), min(self.wake, wake)

    def noting(self, make: Callable[[], T]) -> tuple[T, tuple[Minutes, Minutes]]:
        """What is made, and both moments of it; they are noted like all else."""
        before = self.until, self.wake
        self.until = self.wake = NEVER
        try:
            made, noted = make(), (self.until, self.wake)
        finally:
            self.note(*before)
        return made, noted
