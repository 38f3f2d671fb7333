"""The racing edit: what the person does in the moment before a write of a client arrives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from emulator.call import Call

_HAND: Final = " (by hand)"
_SUBJECT = re.compile(rb"^(subject:[^\r\n]*)", re.IGNORECASE | re.MULTILINE)


def edit_by_hand(call: Call) -> None:
    """Changes the title of the event, or the subject of the draft, that the call is about to write."""
    if call.method.id.startswith("calendar."):
        calendar = call.person.calendar(call.params["calendarId"])
        event_id = call.params["eventId"]
        stored = calendar.store.items.get(event_id)
        if stored is not None and stored.live:
            calendar.patch(event_id, {"summary": stored.data.get("summary", "") + _HAND})
            call.google.hand_edits.append((calendar.id, event_id))
        return
    box, draft_id = call.person.mailbox, call.params["id"]
    if draft_id in box.drafts_by_id:
        box.edit_draft(
            draft_id, lambda raw: re.sub(rb"(?mi)^(subject:[^\r\n]*)", rb"\1" + _HAND.encode(), raw, count=1)
        )
        call.google.hand_edits.append((box.email, draft_id))
