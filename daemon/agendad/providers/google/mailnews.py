"""Keeps the mails of the cache as those of Gmail: by the history, one request, or by a whole list. `gmail.py` calls it.

A search may not find the newest mails yet, so that a whole list is a search over the window, and the newest mails
without one. The history is read on from where it stood before the list. What of a large mailbox does not fit into the
time of one cycle is left to the next ones; what was read is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from agendad.errors import ProviderError
from agendad.providers.google.answers import Fate
from agendad.providers.google.mailcache import Reached
from agendad.providers.google.mails import HEADERS, changes, mail
from agendad.providers.google.transport import GMAIL_BATCH, MOST_PARTS, collection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from agendad.providers.google.mailcache import MailCache
    from agendad.providers.google.transport import Transport

LONGEST_PAGE: Final = 500
_EARLY: Final = 24 * 3600
"""How many seconds earlier than its Date a mail may have arrived: clocks differ."""
_TRIES: Final = 3


def users(*path: str) -> Any:
    """What builds requests to Gmail: `users("drafts").list(...)`."""
    return collection("gmail", "v1", "users", *path)


def pages(over: Transport, method: Any, what: str, **query: object) -> Iterator[Mapping[str, Any]]:
    """The answers of a `list` method. Raises ProviderError."""
    request = method.list(userId="me", maxResults=LONGEST_PAGE, **query)
    while request is not None:
        body = over.call(request).or_raise(what)
        yield body
        request = method.list_next(request, body)


def follow(over: Transport, cache: MailCache, since: datetime, drafts: Collection[str]) -> None:
    """Brings the cache to what stands in Gmail since an instant; `drafts` are the ids of messages that are drafts.

    Raises ProviderError when not everything could be read, and Doubtful.
    """
    news = _News(over, cache, since, drafts)
    for _ in range(_TRIES):
        reached = cache.reached()
        whole = not reached.history or reached.since > news.since
        if news.all(reached) if whole else news.since_then(reached):
            return
    raise ProviderError(
        "Gmail: another process reads the same mailbox all the time", hint="try again when it has finished"
    )


class _News:
    def __init__(self, over: Transport, cache: MailCache, since: datetime, drafts: Collection[str]) -> None:
        self.since = int(since.timestamp() // 1)
        self._over = over
        self._cache = cache
        self._drafts = drafts

    def all(self, reached: Reached) -> bool:
        """Lists all mails of the window, and reads those that are not known. False: another process was faster."""
        profile = self._over.call(users().getProfile(userId="me")).or_raise("read the mailbox")
        messages = users("messages")
        window = f"after:{max(self.since - _EARLY - 1, 0)} -in:drafts -in:chats"  # `after` leaves out that second
        listed: dict[str, None] = {}
        for page in pages(self._over, messages, "list the mails", q=window):
            listed |= dict.fromkeys(each["id"] for each in page.get("messages", ()))
        newest = self._over.call(messages.list(userId="me", maxResults=LONGEST_PAGE)).or_raise("list the mails")
        listed |= dict.fromkeys(each["id"] for each in newest.get("messages", ()) if each["id"] not in self._drafts)
        known = self._cache.known()
        after = Reached(self.since, str(profile.get("historyId", "")))
        unread = [ident for ident in listed if ident not in known]
        return self._read(reached, unread) and self._cache.complete(reached, after, listed)

    def since_then(self, reached: Reached) -> bool:
        """Reads on in the history. False: everything has to be listed, or another process was faster."""
        history = users("history")
        request = history.list(userId="me", startHistoryId=reached.history, maxResults=LONGEST_PAGE)
        answers = []
        while request is not None:
            answer = self._over.call(request)
            if answer.fate is Fate.FULL_SYNC:
                self._cache.advance(reached, Reached())
                return False
            answers.append(answer.or_raise("read what is new in the mailbox"))
            request = history.list_next(request, answers[-1])
        # of the first page: what came while the others were read may not be on them
        after = Reached(reached.since, str(answers[0].get("historyId") or reached.history))
        if after == reached:
            return True
        told = changes(answers)
        known = self._cache.known() - told.again
        unread = [ident for ident in told.new if ident not in known]
        return self._read(reached, unread) and self._cache.advance(reached, after, told.gone)

    def _read(self, reached: Reached, idents: Sequence[str]) -> bool:
        """Reads mails, and keeps each batch at once."""
        query = {"userId": "me", "format": "metadata", "metadataHeaders": list(HEADERS)}
        for first in range(0, len(idents), MOST_PARTS):
            part = idents[first : first + MOST_PARTS]
            requests = [users("messages").get(id=ident, **query) for ident in part]
            answers = dict(zip(part, self._over.batch(requests, GMAIL_BATCH), strict=True))
            gone = [ident for ident, answer in answers.items() if answer.fate is Fate.GONE]
            read = [mail(answer.body) for answer in answers.values() if answer.fate is Fate.DONE]
            if not self._cache.keep(reached, read, gone):
                return False
            if len(read) + len(gone) < len(part):
                failed = next(each for each in answers.values() if each.fate not in {Fate.DONE, Fate.GONE})
                done = first + len(read) + len(gone)
                raise ProviderError(
                    f"Gmail: {done} of {len(idents)} new mails were read, then: {failed.message or failed.fate}",
                    hint=failed.hint or "what was read is kept; the next cycle reads on",
                )
        return True
