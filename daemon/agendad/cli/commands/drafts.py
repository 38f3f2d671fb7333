"""`agendad drafts`: the drafts that were made and what became of them, or those that come next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

    from agendad.app.cycle import Look
    from agendad.app.draft_list import Listed, State
    from agendad.cli.context import Context
    from agendad.cli.work import Work
    from agendad.model.plan import PlannedDraft

_STATES: Final[Mapping[State, str]] = {
    "in-drafts": "in Drafts",
    "edited": "edited",
    "sent": "sent",
    "deleted": "deleted",
    "withdrawn": "withdrawn",
    "unknown": "unknown",
}
_NAMES: Final = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to list, filters (all given ones have to hold), and files."""
    parser.add_argument("--next", action="store_true", help="those still to be made, within the horizon")
    parser.add_argument("--rule", default="", metavar="RULE", help="only drafts of this rule")
    parser.add_argument("--since", metavar="DATE", help="only drafts that were made from this day on")
    parser.add_argument("-n", "--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")
    parser.add_argument("--eml", type=Path, metavar="DIR", help="also write those that are not sent as .eml files")


def run(args: argparse.Namespace, context: Context) -> int:
    """Reads the mailbox, so that what was sent a minute ago is told as sent. Changes nothing."""
    from agendad.app.draft_list import Filter, made_drafts
    from agendad.cli.days import midnight
    from agendad.cli.work import begin, look_now

    if args.limit < 0:
        raise UsageError("-n is at least 0")
    if args.next and args.since is not None:
        raise UsageError("--since asks for drafts that were made, --next for those that were not")
    work = begin(context)
    if work.loaded.configured.mail is None and not context.json:
        context.say("no mailbox is configured; `mail:` in agendad.yaml names one")
    with work.home.ledger() as ledger:
        if args.next:
            _next(args, context, look_now(work, ledger))
        else:
            since = None if args.since is None else midnight(args.since, work.now, "--since")
            desk = work.home.desk(work.loaded, ledger, work.now)
            _made(args, context, work, made_drafts(desk, work.now, Filter(args.rule, since, args.limit)))
    return 0


def _made(args: argparse.Namespace, context: Context, work: Work, listed: Sequence[Listed]) -> None:
    from agendad.app.draft_list import standing_mails
    from agendad.app.jsonforms import made_json

    if context.json:
        _print_json(context, made=[made_json(each.entry, each.state, work.zone) for each in listed])
    elif listed:
        context.write(made_text(listed, work.zone))
    else:
        context.say("nothing of that kind" if args.rule or args.since else "no draft was made yet")
    store = work.home.mail(work.loaded.configured)
    if args.eml and store is not None:
        _write(context, args.eml, standing_mails(store, listed, work.zone))


def _next(args: argparse.Namespace, context: Context, seen: Look) -> None:
    from agendad.app.cycle import plan
    from agendad.app.draft_list import mails_to_come
    from agendad.app.jsonforms import draft_json

    zone = seen.settings.timezone
    drafts = [draft for draft in plan(seen).drafts if args.rule in {"", draft.rule}][: args.limit]
    if context.json:
        _print_json(context, to_come=[draft_json(draft, zone) for draft in drafts])
    elif drafts:
        context.write(next_text(drafts, zone))
    else:
        context.say("nothing of that kind" if args.rule else "no draft is to be made within the horizon")
    if args.eml:
        _write(context, args.eml, mails_to_come(seen, {draft.key for draft in drafts}))


def made_text(listed: Sequence[Listed], zone: tzinfo) -> str:
    """One line a draft: when it was made, what became of it, to whom, its subject, its key."""
    rows = [
        (
            f"{each.entry.draft.made.astimezone(zone):%Y-%m-%d %H:%M}",
            _STATES[each.state],
            _names(each.entry.draft.recipients),
            each.entry.draft.subject,
            each.entry.draft.key,
        )
        for each in listed
    ]
    return _lines(rows)


def next_text(drafts: Sequence[PlannedDraft], zone: tzinfo) -> str:
    """One line a draft: when it is due, to whom, its subject, its key."""
    return _lines([(_due(draft, zone), _names(draft.to), draft.subject, draft.key) for draft in drafts])


def _due(draft: PlannedDraft, zone: tzinfo) -> str:
    if draft.state == "due":
        return "now, late" if draft.late else "now"
    return f"{draft.due.astimezone(zone):%Y-%m-%d %H:%M}"


def _lines(rows: Sequence[Sequence[str]]) -> str:
    from agendad.views.lines import columns
    from agendad.views.words import clean

    return "".join(f"{line}\n" for line in columns([[clean(cell) for cell in row] for row in rows]))


def _names(addresses: Sequence[str]) -> str:
    from agendad.views.words import words

    return words("en").some(addresses, _NAMES)


def _print_json(context: Context, *, made: Sequence[object] = (), to_come: Sequence[object] = ()) -> None:
    context.print_json({"version": 1, "drafts": list(made), "next": list(to_come), "problems": []})


def _write(context: Context, folder: Path, mails: Iterable[tuple[str, bytes]]) -> None:
    from agendad.app.eml import write_mails
    from agendad.views.lines import counted

    context.say(f"wrote {counted(write_mails(folder, mails), 'mail')} to {folder}")
