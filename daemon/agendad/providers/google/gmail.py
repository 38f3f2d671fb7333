"""A person's mail in Gmail, behind the mail port.

https://developers.google.com/workspace/gmail/api/guides/drafts: the id of a draft lasts, that of its message is another
one after each change, and a draft bears no label but its own. A second `drafts.create` makes a second draft whatever is
in it, so that the drafts are listed before each, and no answer is never followed by another try: the next cycle reads.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from agendad.errors import ProviderError
from agendad.ports import MailOutcome, MailSnapshot
from agendad.providers.google.answers import Fate
from agendad.providers.google.kept import Doubtful
from agendad.providers.google.mailcache import MailCache
from agendad.providers.google.mailnews import follow, pages, users
from agendad.providers.google.mails import Draft, encoded, header, own_draft, raw
from agendad.providers.google.transport import GMAIL_BATCH, MOST_PARTS
from agendad.providers.mime import compose, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agendad.model.mail import MailDraft, StandingDraft
    from agendad.providers.google.answers import Answer
    from agendad.providers.google.transport import Transport

    Form = Literal["metadata", "raw"]

T = TypeVar("T")

_ID: Final = re.compile(r"[\w-]+")
_NAME: Final = re.compile(r"<([^<>\s\"{}()]+)>")
_TRIES: Final = 3
_NO_THREAD: Final = "the thread of the mail that it answers is gone; it begins one of its own"


class Gmail:
    """The mailbox of an account; `cache` is a folder for what can be read again (None: keep nothing)."""

    def __init__(self, transport: Transport, *, cache: Path | None) -> None:
        self._over = transport
        self._cache = MailCache(cache, transport.key)

    def read(self, since: datetime) -> MailSnapshot:
        """See `MailPort`. Two requests where nothing is new."""
        self._over.new_cycle()
        return _trusting(lambda: self._read(since))

    def save_draft(self, draft: MailDraft) -> MailOutcome:
        """See `MailPort`. It lies in the thread of the mail that it answers, as long as there is one."""
        try:
            standing_ones = self._drafts()
            thread = _trusting(lambda: self._thread(draft.in_reply_to))
        except ProviderError as error:
            return MailOutcome("failed", error.message)
        if any(each.own is not None and each.own.key == draft.key for each in standing_ones):
            return MailOutcome("conflict", f"a draft of {draft.key} lies already in Gmail")
        return self._create(draft.key, compose(draft), thread)

    def remove_draft(self, draft: StandingDraft) -> MailOutcome:
        """See `MailPort`. Gmail knows no condition for it: between a last look and the removal lies an instant."""
        if not _ID.fullmatch(draft.href):
            return MailOutcome("conflict", "the draft is gone")
        answer = self._over.call(users("drafts").get(userId="me", id=draft.href, format="raw"))
        if answer.fate is Fate.GONE:
            return MailOutcome("conflict", "the draft is gone")
        if answer.fate is not Fate.DONE:
            return MailOutcome("failed", _told(answer))
        now = self._judged(answer)
        if now is None or now.key != draft.key:
            return MailOutcome("conflict", "the draft was not made by agendad")
        if now.edited or now.etag != draft.etag:
            return MailOutcome("conflict", "the draft was changed by hand")
        answer = self._over.call(users("drafts").delete(userId="me", id=draft.href))
        if answer.fate in {Fate.GONE, Fate.DELETED}:
            return MailOutcome("conflict", "the draft is gone")
        if answer.fate is Fate.UNKNOWN:
            return MailOutcome("unknown", _told(answer))
        return MailOutcome("done") if answer.fate is Fate.DONE else MailOutcome("failed", _told(answer))

    def source(self, draft: StandingDraft) -> bytes | None:
        """See `MailStore`."""
        if not _ID.fullmatch(draft.href):
            return None
        answer = self._over.call(users("drafts").get(userId="me", id=draft.href, format="raw"))
        if answer.fate is Fate.GONE:
            return None
        body = answer.or_raise("read a draft")
        now = self._judged(answer)
        return raw(body["message"]) if now is not None and now.key == draft.key else None

    def _read(self, since: datetime) -> MailSnapshot:
        drafts = self._drafts()  # before the mails: one that is sent meanwhile is seen twice, not missed
        follow(self._over, self._cache, since, {each.message for each in drafts})
        own: dict[str, StandingDraft] = {}
        for each in (draft.own for draft in drafts):
            if each is not None and (each.key not in own or each.edited):  # of a draft and its copy, the edited one
                own[each.key] = each
        return MailSnapshot(
            tuple(self._cache.messages(since)),
            tuple(draft for _, draft in sorted(own.items())),
            {**self._cache.counts(), "Drafts": len(drafts)},
        )

    # ------------------------------------------------------------ what lies in Drafts

    def _drafts(self) -> list[Draft]:
        """All drafts. Raises ProviderError."""
        return _trusting(self._listed)

    def _listed(self) -> list[Draft]:
        """All drafts; the content of those alone is read that are new or were changed."""
        known, sought = self._cache.drafts(), self._cache.sought()
        listed: dict[str, str] = {}
        for page in pages(self._over, users("drafts"), "list the drafts"):
            listed |= {each["id"]: each["message"]["id"] for each in page.get("drafts", ())}
        changed = [ident for ident, name in listed.items() if ident not in known or known[ident].message != name]
        fresh = self._looked_at(changed, "metadata", known, sought)  # one of the person may be large
        ours = [ident for ident, draft in fresh.items() if draft.own is not None]
        fresh = {ident: fresh[ident] for ident in fresh.keys() - ours} | self._looked_at(ours, "raw", known, sought)
        gone = (known.keys() - listed.keys()) | (set(changed) - fresh.keys())
        if fresh or gone:
            self._cache.keep_drafts(fresh.values(), gone)
        if sought:
            self._cache.found(each.key for each in sought)
        return [fresh.get(ident) or known[ident] for ident in listed if ident not in gone]

    def _looked_at(
        self, idents: Sequence[str], form: Form, known: Mapping[str, Draft], sought: Sequence[StandingDraft]
    ) -> dict[str, Draft]:
        """Drafts as they are now, by id, without those that are gone meanwhile."""
        found = {}
        for first in range(0, len(idents), MOST_PARTS):
            part = idents[first : first + MOST_PARTS]
            requests = [users("drafts").get(userId="me", id=ident, format=form) for ident in part]
            for ident, answer in zip(part, self._over.batch(requests, GMAIL_BATCH), strict=True):
                if answer.fate is not Fate.GONE:
                    item = answer.or_raise("read the drafts")["message"]
                    before = known[ident].own if ident in known else None
                    data = raw(item) if form == "raw" else header(item)
                    own = own_draft(data, Draft(ident, item["id"], before), sought)
                    found[ident] = Draft(ident, item["id"], own)
        return found

    def _judged(self, answer: Answer) -> StandingDraft | None:
        """A draft of ours as it is now, from what was just read of it."""
        ident, item = answer.body["id"], answer.body["message"]
        before = _trusting(self._cache.drafts).get(ident)
        return own_draft(raw(item), Draft(ident, item["id"], before.own if before is not None else None))

    # ------------------------------------------------------------ making one

    def _create(self, key: str, data: bytes, thread: str) -> MailOutcome:
        """Makes a draft, by one request that changes something."""
        look = standing(data)
        if look is None:
            raise RuntimeError(f"the draft of {key} does not bear its own marks")
        with contextlib.suppress(Doubtful):
            self._cache.seek(look)
        answer = self._post(data, thread)
        told = ""
        if thread and answer.fate is Fate.GONE:  # so nothing was made
            answer = self._post(data, "")
            thread, told = "", _NO_THREAD
        made = answer.body.get("id")
        if answer.fate is Fate.UNKNOWN or (answer.fate is Fate.DONE and not made):
            return MailOutcome("unknown", _told(answer))
        with contextlib.suppress(Doubtful):  # a cache is not worth a second draft
            if made:
                self._cache.keep_drafts([Draft(str(made), "", replace(look, href=str(made)))])
            self._cache.found([key])
        if answer.fate is not Fate.DONE:
            return MailOutcome("failed", _told(answer))
        if thread and answer.body.get("message", {}).get("threadId", thread) != thread:
            told = _NO_THREAD
        return MailOutcome("done", told)

    def _post(self, data: bytes, thread: str) -> Answer:
        message = {"raw": encoded(data)} | ({"threadId": thread} if thread else {})
        return self._over.call(users("drafts").create(userId="me", body={"message": message}))

    def _thread(self, name: str) -> str:
        """The thread of the mail with a Message-ID; empty when it is not in the mailbox."""
        found = _NAME.fullmatch(name)
        if found is None or (known := self._cache.thread_of(name)):
            return known if found is not None else ""
        query = users("messages").list(userId="me", q=f"rfc822msgid:{found[1]}", maxResults=1)
        messages = self._over.call(query).or_raise("look for the mail that is answered").get("messages", ())
        return str(messages[0].get("threadId", "")) if messages else ""


def _trusting(work: Callable[[], T]) -> T:
    """Does work that changes nothing at Google again when the cache turns out to be damaged, and was emptied."""
    for _ in range(_TRIES):
        with contextlib.suppress(Doubtful):
            return work()
    raise ProviderError("the cache of the mailbox is damaged again and again", hint="look at the disk")


def _told(answer: Answer) -> str:
    message = answer.message or "the answer of Gmail is not what it promises"
    return f"{message}; {answer.hint}" if answer.hint else message
