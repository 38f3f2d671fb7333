"""A person's mail in a Maildir++ folder, behind the mail port.

The folder itself is the inbox, `.Drafts` and `.Sent` lie in it (`Drafts` and `Sent` beside, as some fetchers keep
them, serve as well). Drafts are read whole each time; of other mails the header alone, once.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.errors import ProviderError
from agendad.model.identity import event_id
from agendad.ports import MailOutcome, MailSnapshot
from agendad.providers import files
from agendad.providers.maildir.cache import Cache
from agendad.providers.maildir.folders import SHORT, Folder, delivered, is_trashed
from agendad.providers.mime.reading import message, own_key, standing
from agendad.providers.mime.writing import compose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agendad.model.mail import MailDraft, Message, StandingDraft
    from agendad.providers.files import Checkpoint

_SUFFIX: Final = ".agendad"
_FLAGS: Final = ":2,DS"  # a draft, and seen: nobody has to be told of it as of new mail
_EARLY: Final = timedelta(days=7)
"""How much older than its Date a mail may look by its file: clocks differ, and so do those of the senders."""


class _Conflict(Exception):
    """The draft is not as it was read, or lies there already; the message says how."""


class _Unsettled(Exception):
    """The change is visible but perhaps not durable; the message says why."""


class Maildir:
    """The mailbox in the folder `root`; `cache` is a folder for what can be read again (None: keep nothing).

    `used` says that drafts were put there before. Then, or when the cache knows it, the folder has to be there; else it
    is made by the first draft.
    """

    def __init__(
        self,
        root: Path,
        *,
        cache: Path | None = None,
        checkpoint: Checkpoint = files.no_checkpoint,
        used: bool = False,
    ) -> None:
        self._root = root
        self._used = used
        self._inbox = Folder(self._place("INBOX", root if (root / "cur").is_dir() else root / "Inbox"), "INBOX")
        self._drafts = Folder(self._place("Drafts", root / ".Drafts"), "Drafts")
        self._sent = Folder(self._place("Sent", root / ".Sent"), "Sent")
        self._cache = Cache(cache, str(root))
        self._checkpoint = checkpoint
        self._swept = False
        self._seen: set[str] = set()  # base names of the drafts that were looked at before a save
        self._bases: dict[str, set[str]] = {}  # and those of our own among them, by key

    def read(self, since: datetime) -> MailSnapshot:
        """See `MailPort`."""
        if not self._root.is_dir():
            if self._used or self._root.exists() or self._cache.is_there():
                raise ProviderError(
                    f"{self._root}: there is no such mail folder",
                    hint=f"make it with `mkdir {self._root}`, or see whether its disk is mounted",
                )
            return MailSnapshot()
        self._used = True  # from now on it has to be there
        counts = {}
        messages: list[Message] = []
        for folder in (self._sent, self._inbox):
            places = folder.places()
            counts[folder.name] = len(places)
            messages += self._messages(folder, places, since)
        drafts = self._drafts.places()
        counts[self._drafts.name] = len(drafts)
        own: dict[str, StandingDraft] = {}
        for base, place in sorted(drafts.items()):
            draft = None if is_trashed(place) else self._own(base, place)
            if draft is not None and (draft.key not in own or draft.edited):  # of a draft and its copy, the edited one
                own[draft.key] = draft
        messages.sort(key=lambda mail: (mail.at, mail.message_id))
        return MailSnapshot(tuple(messages), tuple(draft for _, draft in sorted(own.items())), counts)

    def save_draft(self, draft: MailDraft) -> MailOutcome:
        """See `MailPort`. The first draft makes the folder."""
        return self._outcome(lambda: self._save(draft))

    def remove_draft(self, draft: StandingDraft) -> MailOutcome:
        """See `MailPort`."""
        return self._outcome(lambda: self._remove(draft))

    def source(self, draft: StandingDraft) -> bytes | None:
        """See `MailStore`."""
        place = self._drafts.places().get(draft.href, "")
        data = self._drafts.whole(draft.href, place) if place and not is_trashed(place) else None
        return data if data is not None and own_key(data) == draft.key else None

    def _outcome(self, write: Callable[[], None]) -> MailOutcome:
        try:
            write()
        except _Conflict as conflict:
            return MailOutcome("conflict", str(conflict))
        except _Unsettled as doubt:
            return MailOutcome("unknown", str(doubt))
        except ProviderError as error:
            return MailOutcome("failed", error.message)
        except OSError as error:
            return MailOutcome("failed", f"{self._drafts.path}: {error.strerror or error}")
        return MailOutcome("done")

    def _place(self, beside: str, usual: Path) -> Path:
        """The usual place of a folder, or the one without a dot where that alone is there."""
        other = self._root / beside
        return other if not usual.is_dir() and (other / "cur").is_dir() else usual

    def _messages(self, folder: Folder, places: dict[str, str], since: datetime) -> list[Message]:
        """The mails of one folder since then; those that were seen before are not opened again."""
        seen, known = self._cache.known(folder.name, since)
        early = (since - _EARLY).timestamp()
        learned = {}
        for base in places.keys() - seen:
            found = self._message(folder, base, places[base], early)
            if found is not None:
                learned[base] = found
        gone = seen - places.keys()
        if gone or learned:
            self._cache.keep(folder.name, gone, learned)
        return [mail for base, mail in (known | learned).items() if mail.at >= since and base not in gone]

    def _message(self, folder: Folder, base: str, place: str, early: float) -> Message | None:
        """None for a mail that is older than `early`, in seconds since the epoch, or is gone."""
        came: float | None = delivered(base)
        if came is None:
            came = folder.modified(place)
        data = None if came is None or came < early else folder.header(base, place)
        if came is None or data is None:
            return None
        return message(data, datetime.fromtimestamp(came, UTC), sent=folder is self._sent)

    def _own(self, base: str, place: str) -> StandingDraft | None:
        data = self._drafts.header(base, place)
        if data is None or not own_key(data):
            return None
        whole = data if len(data) < SHORT else self._drafts.whole(base, place)
        return None if whole is None else standing(whole, etag=_etag(whole), href=base)

    def _save(self, draft: MailDraft) -> None:
        self._make_drafts()
        if not self._swept:
            self._sweep()
        holder = self._holder(draft.key)
        if holder:
            raise _Conflict(f"a draft of {draft.key} lies already in {self._drafts.path}: {holder}")
        base = event_id(draft.key) + _SUFFIX
        prepared, target = self._drafts.path / "tmp" / base, self._drafts.path / "cur" / (base + _FLAGS)
        descriptor = files.write_temp(prepared, compose(draft), 0o600, self._checkpoint)
        files.fsync(prepared, descriptor, self._checkpoint)
        try:
            files.publish(prepared, target, self._checkpoint)
        except FileExistsError:
            raise _Conflict(f"{target} exists already") from None
        self._bases[draft.key] = {base}
        self._seen.add(base)
        self._settle(target.parent)

    def _remove(self, draft: StandingDraft) -> None:
        place = self._drafts.places().get(draft.href, "")
        data = self._drafts.whole(draft.href, place) if place else None
        if data is None or is_trashed(place):
            raise _Conflict("the draft is gone")
        now = standing(data, etag=_etag(data), href=draft.href)
        if now is None or now.key != draft.key:
            raise _Conflict("the draft was not made by agendad")
        if now.edited or now.etag != draft.etag:
            raise _Conflict("the draft was changed by hand")
        target = self._drafts.path / place
        try:
            files.remove(target, self._checkpoint)
        except FileNotFoundError:
            raise _Conflict("the draft was moved while it was looked at") from None
        self._settle(target.parent)

    def _holder(self, key: str) -> str:
        """The mail that is the draft of `key` already, or has taken its name; empty without one."""
        places = self._drafts.places()
        usual = event_id(key) + _SUFFIX
        if usual in places:
            return usual
        for base in places.keys() - self._seen:
            data = self._drafts.header(base, places[base])
            if data is not None and (own := own_key(data)):
                self._bases.setdefault(own, set()).add(base)
            self._seen.add(base)
        return next((base for base in self._bases.get(key, ()) if base in places), "")

    def _make_drafts(self) -> None:
        """Makes the folder of drafts where it is missing (Maildir++: readable by its owner alone)."""
        missing = [part for part in ("tmp", "new", "cur") if not (self._drafts.path / part).is_dir()]
        if not missing:
            return
        made = not self._drafts.path.is_dir()
        if made:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._drafts.path.mkdir(mode=0o700)
            (self._drafts.path / "maildirfolder").touch(mode=0o600)
        for part in missing:
            (self._drafts.path / part).mkdir(mode=0o700)
        files.fsync_dir(self._drafts.path, self._checkpoint)
        files.fsync_dir(self._root, self._checkpoint)

    def _sweep(self) -> None:
        """Removes what a crash left half written; whoever saves drafts holds the lock of the state folder."""
        for left in (self._drafts.path / "tmp").glob(f"*{_SUFFIX}"):
            files.discard(left)
        self._swept = True

    def _settle(self, folder: Path) -> None:
        try:
            files.fsync_dir(folder, self._checkpoint)
        except OSError as error:
            raise _Unsettled(f"{folder}: the change could not be made durable: {error.strerror}") from error


def _etag(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
