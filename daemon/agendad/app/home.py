"""The two folders of an installation, and what lies in them: configuration and rules, calendars, ledger, decisions.

Every use case begins here. Nothing is written but by `working`, which holds the lock of the state folder.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agendad.data import templates_dir
from agendad.errors import ProblemsFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agendad.app.desk import Desk
    from agendad.diagnostics import Diagnostic
    from agendad.ledger import Ledger
    from agendad.model.settings import People, Person, Settings
    from agendad.ports import CalendarPort, MailStore
    from agendad.rules.load import Loaded

_PATIENCE: Final = 2.0
"""Seconds to wait for another process that is at work."""


@dataclass(frozen=True, slots=True)
class Home:
    """`config` and `state` are absolute folders.

    `checkpoint` is called around every file operation (crash tests); `tell` with what a person should know of opening
    the ledger, a damaged one that was replaced for example.
    """

    config: Path
    state: Path
    checkpoint: Callable[[str], None] | None = field(default=None, compare=False)
    tell: Callable[[str], None] = field(default=lambda _: None, compare=False)

    def load(self) -> Loaded:
        """Configuration, people and rules; raises ProblemsFound when any of them has an error."""
        loaded = self.read()
        if loaded.has_errors:
            raise ProblemsFound(loaded.diagnostics)
        return loaded

    def read(self, paths: Sequence[Path] = ()) -> Loaded:
        """The same with its problems; with `paths`, of those rule files and folders alone."""
        from agendad.rules.load import PeopleReaders, load_configuration, load_paths

        templates = (self.config / "templates", templates_dir())
        readers = PeopleReaders(self._people, self._contacts)
        if paths:
            return load_paths(paths, self.config, template_dirs=templates, readers=readers)
        return load_configuration(self.config, template_dirs=templates, readers=readers)

    def _people(self, data: bytes) -> tuple[People | None, Sequence[Diagnostic]]:
        """The people in the bytes of people.yaml."""
        from agendad.app import people_cache

        return people_cache.read(data, self.state / "cache")

    def _contacts(self, folder: Path) -> tuple[Mapping[str, Person], Sequence[Diagnostic]]:
        """The people of a folder of vCards."""
        from agendad.providers.people.folder import read_people

        return read_people(folder, self.config, self.state / "cache")

    def calendars(self, settings: Settings, now: datetime) -> CalendarPort:
        """The configured calendars. Only a disposable cache in the state folder is ever written by reading them."""
        from agendad.providers import open_calendars

        return open_calendars(settings, cache=self.state / "cache", now=lambda: now, checkpoint=self.checkpoint)

    def mail(self, settings: Settings, *, used: bool = False) -> MailStore | None:
        """The configured mailbox, None without one. As with calendars, only its cache is written by reading it.

        One that was `used` or read before, and is gone, cannot be read; one that never was is empty until the first
        draft makes it.
        """
        if settings.mail is None:
            return None
        from agendad.providers import open_mail

        return open_mail(settings, cache=self.state / "cache", checkpoint=self.checkpoint, used=used)

    def desk(self, loaded: Loaded, ledger: Ledger, now: datetime) -> Desk:
        """What a cycle at `now` works on, with a ledger that was opened to read or to write."""
        from agendad.app.desk import DecisionFile, Desk

        settings = loaded.configured
        return Desk(
            loaded,
            self.calendars(settings, now),
            self.mail(settings, used=ledger.knows_drafts()),
            ledger,
            DecisionFile(self.state, self.checkpoint),
            cache=self.state / "cache",
        )

    def ledger(self) -> Ledger:
        """The ledger as it stands, for commands that change nothing."""
        from agendad.ledger import Ledger

        return self._told(Ledger.read(self.state))

    @contextmanager
    def working(self) -> Iterator[Ledger]:
        """The ledger to write to, under the lock of the state folder; raises AlreadyRunning.

        A daemon at work lets go of it after its cycle, which is worth a moment's wait.
        """
        from agendad.ledger import Ledger
        from agendad.lock import locked

        with locked(self.state, patience=_PATIENCE), Ledger.open(self.state, self.checkpoint) as ledger:
            yield self._told(ledger)

    def _told(self, ledger: Ledger) -> Ledger:
        for notice in ledger.notices:
            self.tell(notice)
        return ledger
