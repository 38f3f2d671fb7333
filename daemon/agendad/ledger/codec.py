"""Model values as the ledger's text and back. Kept apart so that a change of the model is seen to touch the format."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agendad.model.calendar import EventFields, Kind, ShowAs, Visibility
from agendad.model.reasons import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.model.calendar import Moment

_CODES = {code.value for code in ReasonCode}


def moment_to_text(moment: Moment) -> str:
    """ISO 8601: a date, or an instant in UTC to the second; both sort by time within a day."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    return moment.isoformat()


def moment_from_text(text: str) -> Moment:
    """`moment_to_text` read back; instants are in UTC."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def fields_to_text(fields: EventFields | None) -> str | None:
    """One JSON object; instants in UTC with the name of their zone beside them. None stays None (SQL NULL)."""
    if fields is None:
        return None
    zone = fields.start.tzinfo if isinstance(fields.start, datetime) else None
    return json.dumps(
        {
            "title": fields.title,
            "start": moment_to_text(fields.start),
            "end": moment_to_text(fields.end),
            "zone": zone.key if isinstance(zone, ZoneInfo) else "",
            "show_as": fields.show_as.value,
            "kind": fields.kind.value,
            "notes": fields.notes,
            "place": fields.place,
            "color": fields.color,
            "visibility": fields.visibility.value,
            "remind": fields.remind,
            "guests": fields.guests,
        },
        ensure_ascii=False,
    )


def fields_from_text(text: str | None) -> EventFields | None:
    """`fields_to_text` read back; instants return in their zone (UTC when it had no name).

    A text without `guests` is of a version that invited nobody.
    """
    if text is None:
        return None
    raw = json.loads(text)
    zone = ZoneInfo(raw["zone"]) if raw["zone"] else UTC

    def moment(name: str) -> Moment:
        value = moment_from_text(raw[name])
        return value.astimezone(zone) if isinstance(value, datetime) else value

    return EventFields(
        title=raw["title"],
        start=moment("start"),
        end=moment("end"),
        show_as=ShowAs(raw["show_as"]),
        kind=Kind(raw["kind"]),
        notes=raw["notes"],
        place=raw["place"],
        color=raw["color"],
        visibility=Visibility(raw["visibility"]),
        remind=None if raw["remind"] is None else tuple(raw["remind"]),
        guests=tuple(raw.get("guests", ())),
    )


def why_to_text(why: Sequence[Reason]) -> str:
    """A JSON list of `[code, facts]`."""
    return json.dumps([[reason.code.value, dict(reason.facts)] for reason in why], ensure_ascii=False)


def why_from_text(text: str) -> tuple[Reason, ...]:
    """`why_to_text` read back; codes that this version does not know are left out."""
    return tuple(Reason(ReasonCode(code), facts) for code, facts in json.loads(text) if code in _CODES)
