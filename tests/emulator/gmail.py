"""The methods of Gmail v1 that the product uses, and the ones that send, which are refused and noted."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

from emulator.discovery import bytes_of
from emulator.mailbox import SYSTEM
from emulator.mails import matches
from emulator.wire import Json, Refused, Reply, bad, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emulator.call import Call
    from emulator.mailbox import Mailbox, Record
    from emulator.mails import Mail

LARGEST_MAIL: Final = 36_700_160
_FIXED: Final = frozenset({"SENT", "DRAFT"})
_KINDS: Final = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


def draft_create(call: Call) -> Reply:
    """drafts.create: a second call makes a second draft, whatever is in it."""
    box = _box(call)
    raw, thread = _content(call, box, "")
    return call.reply(_draft(box, box.save(raw, thread), "ids"))


def draft_update(call: Call) -> Reply:
    """drafts.update: another mail in the same draft, under a new message id."""
    box = _box(call)
    draft_id = _known_draft(call, box)
    raw, thread = _content(call, box, draft_id)
    before = box.mails[box.drafts_by_id[draft_id]]
    return call.reply(_draft(box, box.save(raw, thread or before.thread, draft_id), "ids"))


def draft_get(call: Call) -> Reply:
    """drafts.get."""
    box = _box(call)
    return call.reply(_draft(box, _known_draft(call, box), call.params.get("format", "full")))


def draft_delete(call: Call) -> Reply:
    """drafts.delete: for good."""
    box = _box(call)
    box.discard(_known_draft(call, box))
    return Reply(204, committed=True)


def draft_list(call: Call) -> Reply:
    """drafts.list: newest first, only ids."""
    box = _box(call)
    ids = [(draft, box.mails[mail]) for draft, mail in box.drafts_by_id.items()]
    found = {mail.id: draft for draft, mail in ids}
    mails = _searched(call, box, [mail for _, mail in ids])
    shown, tail = _paged(call, mails)
    drafts = [{"id": found[mail.id], "message": mail.short()} for mail in shown]
    return call.reply(({"drafts": drafts} if drafts else {}) | tail | {"resultSizeEstimate": len(mails)})


def message_list(call: Call) -> Reply:
    """messages.list: newest first, only ids."""
    box = _box(call)
    labels = set(call.params.get("labelIds", ()))
    unknown = labels - set(box.labels)
    if unknown:
        raise bad(f"Invalid label: {min(unknown)}", "invalidArgument")
    mails = [mail for mail in box.mails.values() if labels <= set(mail.labels)]
    mails = _searched(call, box, mails)
    shown, tail = _paged(call, mails)
    messages = [mail.short() for mail in shown]
    return call.reply(({"messages": messages} if messages else {}) | tail | {"resultSizeEstimate": len(mails)})


def message_get(call: Call) -> Reply:
    """messages.get."""
    box = _box(call)
    form = _form(call)
    return call.reply(_mail(call, box).shown(form, call.params.get("metadataHeaders", ())))


def message_modify(call: Call) -> Reply:
    """messages.modify: labels; a draft has none but its own."""
    box = _box(call)
    mail = _mail(call, box)
    add, remove = call.body.get("addLabelIds", []), call.body.get("removeLabelIds", [])
    for name in (*add, *remove):
        if name not in box.labels or name in _FIXED:
            raise bad(f"Invalid label: {name}", "invalidArgument")
    if "DRAFT" in mail.labels:
        raise bad("The labels of a draft cannot be changed.", "failedPrecondition")
    box.relabel(mail, add=add, remove=remove)
    return call.reply(mail.short() | {"labelIds": list(mail.labels)})


def thread_get(call: Call) -> Reply:
    """threads.get."""
    box = _box(call)
    ids = box.threads.get(call.params["id"])
    if not ids:
        raise not_found("Requested entity was not found.")
    form, wanted = _form(call), call.params.get("metadataHeaders", ())
    mails = sorted((box.mails[one] for one in ids), key=lambda mail: (mail.date, mail.id))
    shown = [mail.shown(form, wanted) for mail in mails]
    newest = max(mail.history for mail in mails)
    return call.reply({"id": call.params["id"], "historyId": str(newest), "messages": shown})


def label_list(call: Call) -> Reply:
    """labels.list."""
    box = _box(call)
    return call.reply({"labels": [_label(label_id, name) for label_id, name in box.labels.items()]})


def label_create(call: Call) -> Reply:
    """labels.create."""
    box = _box(call)
    name = call.body.get("name", "")
    if not name or name.upper() in SYSTEM or set(call.body) & {"id", "type", "messagesTotal", "threadsTotal"}:
        raise bad("Invalid label name", "invalidArgument")
    if name.lower() in {one.lower() for one in box.labels.values()}:
        raise Refused(409, "aborted", "Label name exists or conflicts")
    return call.reply(_label(box.new_label(name), name))


def history_list(call: Call) -> Reply:
    """history.list: 404 when the id is too old."""
    box = _box(call)
    if "startHistoryId" not in call.params:
        raise bad("Missing startHistoryId", "invalidArgument")
    start = int(call.params["startHistoryId"])
    if not box.floor <= start <= box.history or start < 1000:
        raise not_found("Requested entity was not found.")
    kinds = {_KINDS[name] for name in call.params.get("historyTypes", _KINDS)}
    label = call.params.get("labelId", "")
    after = max(start, int(call.params.get("pageToken", "0")))
    found = [one for one in box.records if one.id > after and one.kind in kinds]
    found = [one for one in found if not label or label in one.message["labelIds"] or label in one.labels]
    size = min(call.params.get("maxResults", 100), call.google.page_size or 500, 500)
    more = {"nextPageToken": str(found[size - 1].id)} if len(found) > size else {}
    entries = [_entry(one) for one in found[:size]]
    return call.reply(({"history": entries} if entries else {}) | more | {"historyId": str(box.history)})


def profile(call: Call) -> Reply:
    """users.getProfile."""
    box = _box(call)
    counts = {"messagesTotal": len(box.mails), "threadsTotal": len(box.threads), "historyId": str(box.history)}
    return call.reply({"emailAddress": box.email} | counts)


HANDLERS: Final[dict[str, Callable[[Call], Reply]]] = {
    "gmail.users.drafts.create": draft_create,
    "gmail.users.drafts.update": draft_update,
    "gmail.users.drafts.get": draft_get,
    "gmail.users.drafts.delete": draft_delete,
    "gmail.users.drafts.list": draft_list,
    "gmail.users.messages.list": message_list,
    "gmail.users.messages.get": message_get,
    "gmail.users.messages.modify": message_modify,
    "gmail.users.threads.get": thread_get,
    "gmail.users.labels.list": label_list,
    "gmail.users.labels.create": label_create,
    "gmail.users.history.list": history_list,
    "gmail.users.getProfile": profile,
}
BREACHES: Final = frozenset(
    {"gmail.users.drafts.send", "gmail.users.messages.send", "gmail.users.messages.import"}
    | {"gmail.users.messages.insert"}
)
"""What the product must never call: they send, or write mails that nobody sent."""


def _box(call: Call) -> Mailbox:
    user = call.params["userId"]
    if user not in {"me", call.person.email}:
        raise Refused(403, "forbidden", f"Delegation denied for {call.person.email}")
    return call.person.mailbox


def _known_draft(call: Call, box: Mailbox) -> str:
    draft_id: str = call.params["id"]
    if draft_id not in box.drafts_by_id:
        raise not_found("Requested entity was not found.")
    return draft_id


def _mail(call: Call, box: Mailbox) -> Mail:
    mail = box.mails.get(call.params["id"])
    if mail is None:
        raise not_found("Requested entity was not found.")
    return mail


def _content(call: Call, box: Mailbox, draft_id: str) -> tuple[bytes, str]:
    """The mail of a Draft body or of an upload, and its thread."""
    if call.body.get("id", draft_id) != draft_id:
        raise bad("The id of a draft cannot be chosen.", "invalidArgument")
    message = call.body.get("message") or {}
    unknown = set(message) - {"raw", "threadId"}
    if unknown:
        raise bad(f"The field message.{min(unknown)} cannot be written.", "invalidArgument")
    raw = call.raw if call.raw is not None else bytes_of(message.get("raw") or "")
    if not raw.strip() or (call.raw is not None and "raw" in message):
        needed = "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        raise bad(needed, "invalidArgument")
    if len(raw) > LARGEST_MAIL:
        raise Refused(413, "uploadTooLarge", "Request entity too large")
    thread = message.get("threadId") or ""
    if thread and thread not in box.threads:
        raise not_found("Requested entity was not found.")
    return raw, thread


def _draft(box: Mailbox, draft_id: str, form: str) -> Json:
    mail = box.mails[box.drafts_by_id[draft_id]]
    message = mail.short() | {"labelIds": list(mail.labels)} if form == "ids" else mail.shown(form)
    return {"id": draft_id, "message": message}


def _form(call: Call) -> str:
    form: str = call.params.get("format", "full")
    if form in {"full", "raw"} and _only_metadata(call):
        raise Refused(403, "forbidden", f"Metadata scope doesn't allow format {form.upper()}")
    return form


def _only_metadata(call: Call) -> bool:
    return {scope.rpartition("/")[2] for scope in call.scopes & call.method.scopes} == {"gmail.metadata"}


def _searched(call: Call, box: Mailbox, mails: list[Mail]) -> list[Mail]:
    """The mails that `q` finds, newest first; spam and trash only when asked for."""
    query = call.params.get("q", "")
    if query and _only_metadata(call):
        raise Refused(403, "forbidden", "Metadata scope does not support 'q' parameter")
    if query:
        seen = box.ticker.now() - box.search_lag
        mails = [mail for mail in mails if mail.made <= seen and matches(mail, query, box.labels)]
    hidden = {"TRASH", "SPAM"}
    asked = set(call.params.get("labelIds", ())) | {name.upper() for name in ("trash", "spam") if f"in:{name}" in query}
    if not call.params.get("includeSpamTrash") and "in:anywhere" not in query:
        mails = [mail for mail in mails if not hidden & set(mail.labels) - asked]
    return sorted(mails, key=lambda mail: (mail.date, mail.id), reverse=True)


def _paged(call: Call, mails: Sequence[Mail]) -> tuple[list[Mail], Json]:
    """A page; the next one begins after the last mail shown, whatever came in between."""
    token = call.params.get("pageToken")
    if token is not None:
        after = _opened(token)
        mails = [mail for mail in mails if (mail.date, mail.id) < after]
    size = min(call.params.get("maxResults", 100) or 100, call.google.page_size or 500, 500)
    shown = list(mails[:size])
    if len(mails) <= size:
        return shown, {}
    last = f"{shown[-1].date}/{shown[-1].id}"
    return shown, {"nextPageToken": base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")}


def _opened(token: str) -> tuple[int, str]:
    try:
        date, _, mail_id = bytes_of(token).decode().partition("/")
        return int(date), mail_id
    except ValueError:
        raise bad("Invalid pageToken", "invalidArgument") from None


def _label(label_id: str, name: str) -> Json:
    return {"id": label_id, "name": name, "type": "system" if label_id in SYSTEM else "user"}


def _entry(record: Record) -> Json:
    message = {"id": record.message["id"], "threadId": record.message["threadId"]}
    detail: Json = {"message": record.message} | ({"labelIds": list(record.labels)} if record.labels else {})
    return {"id": str(record.id), "messages": [message], record.kind: [detail]}
