"""`agendad people`: who is due, and `add`, `import`, `show` and `note`.

What `people.yaml` gets more is written there without touching the rest of the file.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from agendad.app.people import Network, Row
    from agendad.app.people_add import Imported
    from agendad.cli.context import Context
    from agendad.cli.work import Work
    from agendad.rules.load import Loaded
    from agendad.views.people import Standing

_QUESTIONS: Final = (
    ("name", "Name"),
    ("email", "Address"),
    ("group", "Groups (such as `team board`, or empty)"),
    ("tier", "Tier (1 is the closest, or empty)"),
    ("language", "Language to write in (such as fr, or empty)"),
    ("met", "Met at (an event of the last two weeks, or empty)"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The filters of the table, and the subcommands, which take the common options as well."""
    from agendad.cli.arguments import common

    parser.usage = "agendad people [options] [ACTION ...]"
    parser.add_argument("--group", metavar="NAME", help="only people of this group")
    parser.add_argument("--tier", metavar="N", type=int, help="only people of this tier")
    parser.add_argument("--overdue", action="store_true", help="only people whose contact is overdue")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", help="instead of the table:")

    def action(name: str, summary: str) -> argparse.ArgumentParser:
        return actions.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            formatter_class=parser.formatter_class,
            argument_default=argparse.SUPPRESS,  # what is not given must not hide what was given before the name
            allow_abbrev=False,
        )

    add = action("add", "add somebody to people.yaml; asks on a terminal for what is missing")
    add.add_argument("id", nargs="?", metavar="ID", help="one word (default: made from the name)")
    add.add_argument("--name", metavar="TEXT", help="the full name")
    add.add_argument("--email", metavar="ADDRESS", action="append", help="the first is the one to write to")
    add.add_argument("--group", metavar="NAME", action="append", dest="groups", help="a group; may be repeated")
    add.add_argument("--tier", metavar="N", type=int, dest="of_tier", help="how close: 1 is the closest")
    add.add_argument("--language", metavar="TAG", help="to write in: en, fr")
    add.add_argument("--topic", metavar="TEXT", action="append", help="what to talk about; may be repeated")
    add.add_argument("--met", metavar="EVENT", help="where you met: an event of the last 14 days, or any text")
    add.add_argument("--notes", metavar="TEXT", help="anything worth remembering")
    bring = action("import", "add the people of vCards or CSV files to people.yaml")
    bring.add_argument("files", nargs="+", metavar="FILE", help="vCards, or exports of Google Contacts or Outlook")
    bring.add_argument("--dry-run", action="store_true", help="only say who is new; write nothing")
    show = action("show", "everything about one person, with the last contacts")
    show.add_argument("id", metavar="ID", help="the person's id, or an address")
    note = action("note", "add a line with the date to somebody's notes")
    note.add_argument("id", metavar="ID", help="the person's id")
    note.add_argument("text", nargs="+", metavar="TEXT", help="the note")
    for each in (add, bring, show, note):
        common(each, json=True)


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits 2 for somebody who is not known or known already, 3 when calendar, mail or people.yaml cannot be used."""
    actions: Mapping[str | None, Callable[[argparse.Namespace, Context], None]] = {
        None: _table,
        "add": _add,
        "import": _import,
        "show": _show,
        "note": _note,
    }
    if args.action is not None and (args.group is not None or args.tier is not None or args.overdue):
        raise UsageError("--group, --tier and --overdue choose lines of the table", hint="leave out the subcommand")
    actions[args.action](args, context)
    return 0


def _table(args: argparse.Namespace, context: Context) -> None:
    from agendad.app.people import filtered, network_json
    from agendad.views.people import table

    found = _network(context)
    rows = filtered(found.rows, group=args.group, tier=args.tier, overdue=args.overdue)
    if context.json:
        context.print_json(network_json(found, rows))
        return
    context.write(table([_standing(row, found) for row in rows], len(found.rows)))
    _say_warnings(found, context)


def _show(args: argparse.Namespace, context: Context) -> None:
    from agendad.app.people import day_of, person_json
    from agendad.views.people import about

    found = _network(context)
    row = found.of(args.id)
    if context.json:
        context.print_json(person_json(found, row))
        return
    history = [(day_of(each, found.zone), each.kind.value, each.title) for each in found.history(row.person)]
    context.write(about(_standing(row, found), history))


def _add(args: argparse.Namespace, context: Context) -> None:
    from agendad.app.people import person_fields
    from agendad.app.people_add import add, complete_met
    from agendad.cli.work import home
    from agendad.model.settings import Person

    given = vars(args)
    answers: dict[str, list[str]] = {
        "name": [given.get("name", "")],
        "email": given.get("email", []),
        "group": given.get("groups", []),
        "tier": [str(given["of_tier"])] if "of_tier" in given else [],
        "language": [given.get("language", "")],
        "met": [given.get("met", "")],
    }
    if context.interactive:
        for key, question in _QUESTIONS:
            if not any(answers[key]):
                answers[key] = _ask(context, question, several=key in {"email", "group"})
    name = " ".join(answers["name"])
    if not name.strip() and not any(answers["email"]):
        raise UsageError("somebody needs a name or an address", hint="such as `agendad people add --name 'Ada Martin'`")
    place, loaded = home(context), home(context).read()
    met = " ".join(answers["met"]).strip()
    if met:
        completed = complete_met(place, loaded, met, _now(context, loaded))
        if completed is None:
            context.say(f"no event of the last 14 days is called `{met}`; the text is kept as it is")
        met = completed or met
    person = Person(
        given.get("id", "") or "",
        name,
        tuple(answers["email"]),
        frozenset(answers["group"]),
        _tier("".join(answers["tier"])),
        " ".join(answers["language"]),
        topics=tuple(given.get("topic", ())),
        notes=given.get("notes", ""),
        met=met,
    )
    added = add(place, person, loaded)
    if context.json:
        context.print_json({"version": 1, "added": person_fields(added)})
        return
    context.print(f"added {added.id} to people.yaml" + (f", met at {added.met}" if added.met else ""))


def _import(args: argparse.Namespace, context: Context) -> None:
    from agendad.app.people import person_fields
    from agendad.app.people_add import import_files
    from agendad.cli.work import home
    from agendad.rules.report import as_json

    place = home(context)
    dry_run: bool = vars(args).get("dry_run", False)
    done = import_files(place, [Path(file) for file in args.files], place.read(), dry_run=dry_run)
    if context.json:
        context.print_json(
            {
                "version": 1,
                "new": [person_fields(person) for person in done.new],
                "known": [person_fields(person) for person in done.known],
                "dry_run": dry_run,
                "problems": [as_json(problem) for problem in done.problems],
            }
        )
        return
    for problem in done.problems:
        context.warn(f"{problem.span.file}:{problem.span.line}: {problem.message}")
    for line in _imported(done, dry_run=dry_run):
        context.print(line)


def _imported(done: Imported, *, dry_run: bool) -> list[str]:
    from agendad.views.people import counted_people

    words = "would be added to" if dry_run else "added to"
    lines = [f"  + {person.id}" + (f"  {person.name}" if person.name else "") for person in done.new]
    known = f"; {counted_people(len(done.known))} known already and left as they are" if done.known else ""
    return [*lines, f"{counted_people(len(done.new))} {words} people.yaml{known}"]


def _note(args: argparse.Namespace, context: Context) -> None:
    from agendad.app.people_add import note
    from agendad.cli.work import home

    place = home(context)
    loaded = place.read()
    line = note(place, args.id, " ".join(args.text), _now(context, loaded), loaded)
    if context.json:
        context.print_json({"version": 1, "id": args.id, "note": line})
        return
    context.print(f"{args.id}: {line}")


def _network(context: Context) -> Network:
    from agendad.app.people import network
    from agendad.cli.work import begin

    work: Work = begin(context)
    return network(work.home, work.loaded, work.now)


def _now(context: Context, loaded: Loaded) -> datetime:
    from agendad.cli.work import zone_of

    return context.clock(zone_of(loaded)).now()


def _standing(row: Row, found: Network) -> Standing:
    from agendad.app.people import day_of
    from agendad.views.people import Standing

    last = (day_of(row.last, found.zone), row.last.kind.value) if row.last else None
    due = row.due
    return Standing(row.person, last, due.on if due else None, due is not None and due.overdue)


def _say_warnings(found: Network, context: Context) -> None:
    for problem in found.problems:
        if problem.code in {"tier-full", "contact"}:
            context.warn(f"{problem.span.file}:{problem.span.line}: {problem.message}")


def _ask(context: Context, question: str, *, several: bool) -> list[str]:
    """The answer on the terminal; empty for none."""
    context.stderr.write(f"{question}: ")
    context.stderr.flush()
    line = context.stdin.readline()
    if not line:
        context.stderr.write("\n")
        raise UsageError(
            "the answers ended early; nothing was written", hint="`agendad people add --help` lists options"
        )
    return line.replace(",", " ").split() if several else [line.strip()]


def _tier(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"`{text}` is not a tier", hint="write a whole number; 1 is the closest")
    return int(text)
