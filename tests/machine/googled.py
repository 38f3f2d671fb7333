"""A month of a person with a Google account, drawn by a seed: what they and others do, what goes wrong, what must hold.

The emulator stands in one process with the cycle, on a clock of its own. A cycle runs in a process that may be killed
before or after any request reaches Google, or around any write to the ledger.
"""

from __future__ import annotations

import contextlib
import copy
import json
import random
import re
from collections import Counter
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from agendad.app.apply import Permissions, cycle
from agendad.app.cycle import look
from agendad.app.desk import DecisionFile, Desk
from agendad.app.home import Home
from agendad.errors import ProviderError
from agendad.model.identity import event_id
from agendad.model.memory import Decisions
from agendad.model.plan import Action
from agendad.providers.google.calendars import GoogleCalendars
from agendad.providers.google.gmail import Gmail
from emulator import Kind
from emulator.faults import RANDOM
from emulator.race import edit_by_hand
from google_world import ME, PARIS, Wire, World
from machine.office import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import requests

    from agendad.app.apply import Applied
    from agendad.app.cycle import Look
    from agendad.ledger import Ledger
    from agendad.model.settings import Settings
    from emulator.call import Call

CONFIGURATION = """\
version: 1
me: {name: Ada, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
working_hours: {mon-fri: "09:00-18:00"}
horizon: 2 weeks
limits: {writes_per_cycle: 2000, deletes_per_cycle: 2000}
calendar: {provider: google, write: primary, read: [primary, family@group.calendar.google.com]}
mail: {provider: gmail}
"""
RULES = """\
version: 1
rules:
  deep-work: {block: Deep work, every: weekday, at: 09:00-11:00, yield: shrink}
  focus: {block: Focus, every: weekday, lasts: 1h, between: 13:00-17:00, kind: focus}
  lunch: {block: Lunch, every: weekday, lasts: 45m, between: 12:00-14:00, yield: move}
  walk: {block: Walk, after: {meeting: any}, lasts: 15m, within: 2h}
  coffee: {block: Coffee, every: week, with: {group: net}, lasts: 30m, invite: true}
  thanks: {draft: note.md.j2, after: {meeting: external}, delay: 30m, within: 48h, to: attendees}
  weekly: {draft: plain.md.j2, every: week, on: fri, at: 10:00, to: me}
"""
PEOPLE = "version: 1\ngroups: [net]\npeople:\n  bob: {name: Bob, emails: [bob@example.org], groups: [net]}\n"
SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("calendar.events.owned", "calendar.events.readonly", "gmail.compose", "gmail.readonly")
)
FAMILY = "family@group.calendar.google.com"
MONDAY = datetime(2026, 11, 23, 8, tzinfo=PARIS)
FOUR_WEEKS = timedelta(days=28)
_OWN = re.compile(r"[0-9a-f]{40}(v\d+)?")
_WRITES = ("insert", "patch", "update", "delete", "create", "import", "send", "move")
_HAND = " (by hand)"


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class Deadly(Wire):
    """A wire over which the process dies: when `left` requests have gone, before or after Google has them."""

    left = 0
    after_commit = False

    def send(self, request: requests.PreparedRequest, *some: Any, **more: Any) -> requests.Response:
        self.left -= 1
        if self.left == 0 and not self.after_commit:
            raise Killed
        reply = super().send(request, *some, **more)
        if self.left == 0:
            raise Killed
        return reply


class Month(World):
    """See the module. `chance` draws everything; `now` is the virtual time."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder, start=MONDAY)
        self.chance = random.Random(seed)
        self.seed = seed
        self.wire = Deadly(self.google)
        self.family = self.ada.add_calendar(FAMILY)
        self.token.write_text(json.dumps(self.google.grant(ME, SCOPES)))
        self.home = self.installed("one")
        self.homes = [self.home]
        self.foreign: dict[tuple[str, str], dict[str, Any]] = {}
        self.renamed: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.seen: set[str] = set()
        self.sent: set[str] = set()
        self.discarded: set[str] = set()
        self.edited: dict[str, bytes] = {}
        self.meetings = 0
        self.ports: dict[Home, tuple[GoogleCalendars, Gmail]] = {}
        self.google.race = self._race

    def installed(self, name: str) -> Home:
        """An installation of its own, with the same rules."""
        root = self.folder / name
        for part in ("rules", "templates"):
            (root / part).mkdir(parents=True)
        (root / "agendad.yaml").write_text(CONFIGURATION)
        (root / "rules" / "all.yaml").write_text(RULES)
        (root / "people.yaml").write_text(PEOPLE)
        (root / "google-token.json").write_text(self.token.read_text())
        (root / "google-token.json").chmod(0o600)
        for file, text in TEMPLATES.items():
            (root / "templates" / file).write_text(text)
        return Home(root, root / "state")

    # ------------------------------------------------------------ cycles

    def desk(self, home: Home, ledger: Ledger, checkpoint: Callable[[str], None] | None = None) -> Desk:
        """What a cycle works on: often that of the process of the cycle before, as a daemon has it."""
        loaded = home.load()
        if home not in self.ports or self.chance.random() < 0.2:
            self.ports[home] = self._opened(home, loaded.configured)
        return Desk(loaded, *self.ports[home], ledger, DecisionFile(home.state, checkpoint))

    def _opened(self, home: Home, settings: Settings) -> tuple[GoogleCalendars, Gmail]:
        cache = home.state / "cache"
        calendars = GoogleCalendars(
            self.transport(cache, scopes=SCOPES),
            write=settings.calendar.write,
            read=settings.calendar.read,
            zone=settings.timezone,
            me=settings.me.emails,
            address=settings.me.address,
            cache=cache,
            now=lambda: self.now,
        )
        return calendars, Gmail(self.transport(cache, scopes=SCOPES), cache=cache)

    def cycle(self, home: Home | None = None, checkpoint: Callable[[str], None] | None = None) -> Applied | None:
        """One cycle; None when Google could not be read."""
        home = home or self.chance.choice(self.homes)
        working = Home(home.config, home.state, checkpoint)
        with working.working() as ledger:
            desk = self.desk(working, ledger, checkpoint)
            before = {key for _, key in self.drafts()}
            try:
                applied = cycle(desk, self.now.astimezone(PARIS), Permissions(yes=True, accept_empty=True))
            except ProviderError:
                return None
        self.seen |= before | {mail.key for mail in applied.drafted.made}
        return applied

    def look(self, home: Home | None = None) -> Look:
        """A cycle that changes nothing."""
        home = home or self.home
        with home.ledger() as ledger:
            return look(self.desk(home, ledger), self.now.astimezone(PARIS))

    def killed(self) -> None:
        """A cycle that is killed somewhere, if it gets that far."""
        self.wire.left, self.wire.after_commit = self.chance.randint(1, 8), self.chance.random() < 0.5
        left = self.chance.choice((0, 0, self.chance.randint(1, 12)))

        def die(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed

        with contextlib.suppress(Killed):
            self.cycle(checkpoint=die)
        self.wire.left = 0
        self.ports.clear()

    # ------------------------------------------------------------ the month

    def live(self) -> None:
        """Four weeks, with one thing after the other."""
        self._note_foreign()
        while self.now < MONDAY + FOUR_WEEKS:
            self._trouble()
            self.chance.choice((self.cycle, self.cycle, self.killed))()
            self.google.faults.off()
            self._learn_of_races()
            for _ in range(self.chance.randint(0, 3)):
                self.chance.choice(
                    (
                        self._meeting_comes,
                        self._meeting_comes,
                        self._foreign_event_changes,
                        self._block_is_renamed,
                        self._block_is_moved,
                        self._block_is_deleted,
                        self._draft_is_edited,
                        self._draft_is_discarded,
                        self._draft_is_sent,
                        self._mail_comes,
                        self._google_forgets,
                        self._rules_change,
                    )
                )()
            self._note_foreign()
            self.now += timedelta(minutes=self.chance.choice((5, 60, 240, 840, 1500)))

    def calm(self) -> int:
        """Nothing goes wrong any more; how many cycles of each installation had something to write, until none has."""
        self.google.faults.off()
        self.now += timedelta(hours=4)
        for count in range(6):
            self.google.log.clear()
            assert all(self.cycle(home) is not None for home in self.homes)
            if not self.writes():
                return count
        return 6

    def writes(self) -> list[Any]:
        """What was written since the log was cleared."""
        return [each for each in self.google.log if each.committed and each.call.rpartition(".")[2] in _WRITES]

    def _trouble(self) -> None:
        kinds = RANDOM | {Kind.RACE} | ({Kind.QUOTA} if self.chance.random() < 0.05 else set())
        rate = self.chance.choice((0.0, 0.0, 0.1, 0.3, 0.6))
        self.google.faults.at_random(rate, self.chance.randrange(1 << 30), kinds)

    # ------------------------------------------------------------ what happens

    def _free(self) -> datetime:
        days, quarter = self.chance.randint(0, 9), self.chance.randint(36, 68)
        return self.now.astimezone(PARIS).replace(hour=0, minute=0) + timedelta(days=days, minutes=15 * quarter)

    def _meeting_comes(self) -> None:
        self.meetings += 1
        start = self._free()
        body = {"summary": f"Meeting {self.meetings}"} | _times(start, start + timedelta(hours=1))
        self.chance.choice((self.hand, self.family)).invite("bob@example.org", body, response="accepted")

    def _foreign_event_changes(self) -> None:
        self._note_foreign()
        if not self.foreign:
            return
        name, ident = self.chance.choice(sorted(self.foreign))
        calendar = self.ada.calendar(name)
        match self.chance.randint(0, 2):
            case 0:
                calendar.move(ident, timedelta(hours=self.chance.choice((-3, 2, 24))))
            case 1:
                calendar.patch(ident, {"summary": f"Meeting {self.meetings} changed"})
            case _:
                calendar.delete(ident)

    def _block(self) -> dict[str, Any] | None:
        """One of our blocks that lies ahead."""
        found = [each for each in self.blocks() if _begins(each) > self.now]
        return self.chance.choice(found) if found else None

    def _block_is_renamed(self) -> None:
        if (block := self._block()) is not None:
            self.hand.patch(block["id"], {"summary": f"Mine{_HAND}"})
            self.renamed[block["id"]] = f"Mine{_HAND}"

    def _block_is_moved(self) -> None:
        if (block := self._block()) is not None:
            moved = self.hand.move(block["id"], timedelta(hours=self.chance.choice((1, 3, 26))))
            self.moved[block["id"]] = moved["start"]["dateTime"]

    def _block_is_deleted(self) -> None:
        """Where we tried the same, and do not know what came of it, nobody can tell whose deletion it was."""
        if (block := self._block()) is not None:
            self.hand.delete(block["id"])
            if block["id"][:40] not in self._given_up():
                self.deleted.add(block["id"][:40])

    def _given_up(self) -> set[str]:
        """The blocks that an installation set out to delete without an outcome."""
        found = set()
        for home in self.homes:
            with home.ledger() as ledger:
                open_ = ledger.memory(Decisions(), MONDAY).intents
            found |= {event_id(intent.key) for intent in open_ if intent.action is Action.DELETE}
        return found

    def _draft(self) -> tuple[str, str] | None:
        """The id and the key of one of our drafts."""
        found = sorted((ident, key) for ident, key in self.drafts() if key)
        return self.chance.choice(found) if found else None

    def _draft_is_edited(self) -> None:
        if (found := self._draft()) is not None:
            box = self.ada.mailbox
            box.edit_draft(found[0], lambda raw: raw.replace(b"Hello", b"Dear friend"))
            self.edited[found[1]] = box.drafts()[found[0]]

    def _draft_is_discarded(self) -> None:
        """One whose making was confirmed, or seen since: of another Gmail keeps no trace that could be told from
        nothing."""
        if (found := self._draft()) is not None and found[1] in self.seen:
            self.ada.mailbox.discard(found[0])
            self.discarded.add(found[1])
            self.edited.pop(found[1], None)

    def _draft_is_sent(self) -> None:
        if (found := self._draft()) is not None:
            self.ada.mailbox.send_draft(found[0])
            self.sent.add(found[1])
            self.edited.pop(found[1], None)

    def _mail_comes(self) -> None:
        text = (
            f"From: bob@example.org\r\nTo: {ME}\r\nSubject: Hi\r\nDate: {format_datetime(self.now)}\r\n"
            f"Message-ID: <{self.chance.randrange(1 << 30)}@example.org>\r\n\r\nHi\r\n"
        )
        self.ada.mailbox.deliver(text.encode())

    def _rules_change(self) -> None:
        title, length = self.chance.choice(("Deep work", "Deeper work")), self.chance.choice(("45m", "50m"))
        text = RULES.replace("block: Deep work", f"block: {title}").replace("45m", length)
        for home in self.homes:
            (home.config / "rules" / "all.yaml").write_text(text)

    def _race(self, call: Call) -> None:
        """In the moment before a write arrives, the person renames what it is about, or moves it."""
        if call.method.id.startswith("calendar.") and self.chance.random() < 0.5:
            calendar, ident = call.person.calendar(call.params["calendarId"]), call.params["eventId"]
            if ident in {each["id"] for each in calendar.items()}:
                self.moved[ident] = calendar.move(ident, timedelta(minutes=30))["start"]["dateTime"]
        else:
            edit_by_hand(call)

    def _google_forgets(self) -> None:
        match self.chance.randint(0, 3):
            case 0:
                self.hand.expire_sync_tokens()
            case 1:
                self.ada.mailbox.forget_history()
            case 2:
                self.google.tokens.expire()
            case _:
                self.google.page_size = self.chance.choice((3, 2500))

    # ------------------------------------------------------------ what is known

    def blocks(self) -> list[dict[str, Any]]:
        """Our events as they stand."""
        return [each for each in self.hand.items() if _OWN.fullmatch(each["id"])]

    def drafts(self) -> Iterator[tuple[str, str]]:
        """All drafts: id, and key or nothing."""
        for ident, raw in self.ada.mailbox.drafts().items():
            yield ident, _key(raw)

    def _note_foreign(self) -> None:
        self.foreign = {
            (calendar.id, each["id"]): copy.deepcopy(each)
            for calendar in (self.hand, self.family)
            for each in calendar.items()
            if not _OWN.fullmatch(each["id"])
        }

    def _learn_of_races(self) -> None:
        """The hand was faster than a write: what it did is the person's from then on."""
        for name, ident in self.google.hand_edits:
            if name == ME and _OWN.fullmatch(ident):
                self.renamed[ident] = _HAND
            elif ident in self.ada.mailbox.drafts():
                key = dict(self.drafts())[ident]
                self.edited[key] = self.ada.mailbox.drafts()[ident]
        self.google.hand_edits.clear()

    # ------------------------------------------------------------ what must hold

    def check(self) -> None:
        """Everything that the month must leave behind, once it is calm."""
        seen = self.look()
        assert not seen.reconciled.changes
        assert not [draft.key for draft in seen.decision.drafts.desired if draft.state == "due"]
        blocks = {each["id"]: each for each in self.blocks()}
        by_key = Counter(ident[:40] for ident in blocks)
        assert not [key for key, count in by_key.items() if count > 1], "a block stands twice"
        wanted = {event_id(block.key) for block in seen.reconciled.blocks}
        ahead = {ident[:40] for ident, each in blocks.items() if _begins(each) > self.now}
        assert ahead <= wanted
        assert {event_id(b.key) for b in seen.reconciled.blocks} <= by_key.keys(), "a block is missing"
        self._check_hands(blocks)
        self._check_mail()
        self._check_log()

    def _check_hands(self, blocks: dict[str, dict[str, Any]]) -> None:
        if len(self.homes) == 1:  # what the other made and somebody deleted since, an installation may never have seen
            assert not self.deleted & {ident[:40] for ident in blocks}, "a block that was deleted by hand came back"
        for ident, title in self.renamed.items():
            assert ident[:40] in self.deleted or blocks[ident]["summary"].endswith(title), "a title by hand is lost"
        for ident, start in self.moved.items():
            assert ident[:40] in self.deleted or blocks[ident]["start"]["dateTime"] == start, "a time by hand is lost"
        now = {
            (calendar.id, each["id"]): each
            for calendar in (self.hand, self.family)
            for each in calendar.items()
            if not _OWN.fullmatch(each["id"])
        }
        assert now == self.foreign, "a foreign event was changed"

    def _check_mail(self) -> None:
        keys = [key for _, key in self.drafts() if key]
        assert len(keys) == len(set(keys)), "two drafts of a key"
        assert not self.sent & set(keys), "a draft that was sent came back"
        if len(self.homes) == 1:
            assert not self.discarded & set(keys), "a draft that was discarded came back"
        raws = {key: self.ada.mailbox.drafts()[ident] for ident, key in self.drafts()}
        assert all(raws.get(key) == raw for key, raw in self.edited.items()), "an edited draft was touched"

    def _check_log(self) -> None:
        assert self.google.breaches == []


@lru_cache(maxsize=1000)
def _key(raw: bytes) -> str:
    return str(BytesHeaderParser(policy=policy.default).parsebytes(raw)["X-Agendad-Key"] or "")


def _begins(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item["start"]["dateTime"])


def _times(start: datetime, end: datetime) -> dict[str, Any]:
    return {
        name: {"dateTime": at.isoformat(), "timeZone": "Europe/Paris"} for name, at in (("start", start), ("end", end))
    }
