"""What a simulation found, as JSON and as the report that a person reads. Called by the command and by its files.

The JSON is that of `plan --json` over the whole range: `changes` is what differs at the end from the calendar that was
read, `blocks` what stands, and so on; the counts by rule and month stand beside it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from agendad.app.jsonforms import JSON, draft_json, moment_json, plan_json
from agendad.app.simulation_book import ON_PURPOSE
from agendad.core.absence import busy_time
from agendad.core.timeline import span, to_minutes, union, wall
from agendad.model.calendar import instant
from agendad.model.identity import hand_changed, is_own
from agendad.model.plan import Action, Change, Plan, PlannedBlock, PlannedDraft, Skipped
from agendad.model.rule import Draft, Protect, Steps
from agendad.views.report import Clash, DraftLine, Numbers, Report, RuleLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from agendad.app.simulate import Simulation
    from agendad.app.simulation_book import Book, Month
    from agendad.model.calendar import Event
    from agendad.model.reasons import Reason
    from agendad.model.rule import Rule
    from agendad.ports import Snapshot


def plan_of(simulation: Simulation) -> Plan:
    """The simulation in the shape of a plan over its range."""
    book = simulation.book
    before, after = _own(simulation, simulation.before), _own(simulation, simulation.after)
    return Plan(
        now=book.start,
        start=book.start,
        end=book.end,
        changes=tuple(_changes(before, after, simulation)),
        blocks=tuple(
            PlannedBlock(key, _rule(event), event.fields, _state(event), _why(simulation, key))
            for key, event in after.items()
        ),
        skipped=tuple(
            Skipped(key, left.rule, left.why, left.day)
            for key, left in sorted(book.left.items(), key=lambda item: (item[1].day, item[0]))
        ),
        violations=tuple(book.violations[which] for which in sorted(book.violations)),
        problems=(*simulation.loaded.diagnostics, *simulation.before.problems),
        drafts=tuple(
            PlannedDraft(
                key=row.key,
                rule=row.rule,
                to=row.to,
                subject=row.subject,
                due=row.due,
                deadline=row.deadline,
                text=row.text,
                late=row.late,
                state="written",
                why=row.why,
            )
            for row in book.drafts.values()
        ),
    )


def report_json(simulation: Simulation) -> JSON:
    """`simulate --json` and `report.json`."""
    plan, report, book = plan_of(simulation), report_of(simulation), simulation.book
    zone = book.start.tzinfo
    shape = plan_json(plan, zone)
    drafts = [
        {**draft_json(draft, zone), "made": moment_json(row.made, zone), "fate": _fate(book, row.key), "file": row.file}
        for draft, row in zip(plan.drafts, book.drafts.values(), strict=True)
    ]
    return {
        **shape,
        "drafts": drafts,
        "every": report.every,
        "sends": simulation.course.sends,
        "seed": report.seed,
        "cycles": report.cycles,
        "rules": [_rule_json(line, report) for line in report.rules],
        "busy": {f"{month:%Y-%m}": minutes for month, minutes in zip(report.months, report.busy, strict=True)},
        "refused": [{"at": moment_json(at, zone), "message": message} for at, message in book.refused],
        "failed": [
            {"key": key, "message": message, "times": times} for (key, message), times in sorted(book.failed.items())
        ],
    }


def report_of(simulation: Simulation) -> Report:
    """The report that a person reads."""
    book, settings, course = simulation.book, simulation.loaded.configured, simulation.course
    months = tuple(date(year, month, 1) for year, month in book.months())
    lines = tuple(_lines(simulation, months))
    return Report(
        language=settings.language,
        zone=settings.timezone.key,
        first=course.first,
        last=course.last,
        cycles=book.cycles,
        every=course.every // timedelta(minutes=1),
        seed=course.seed,
        months=months,
        busy=_busy(simulation, months),
        rules=lines,
        drafts=tuple(
            DraftLine(row.rule, row.subject, row.to, row.due, row.late, _fate(book, row.key), row.file)
            for row in sorted(book.drafts.values(), key=lambda row: (row.due, row.key))
        ),
        clashes=tuple(
            sorted(
                (
                    Clash(_title(simulation, rule), violation.event.fields.title, _day(book, violation.event))
                    for (rule, _), violation in book.violations.items()
                ),
                key=lambda clash: (clash.start, clash.event, clash.title),
            )
        ),
        refused=tuple(f"{at:%Y-%m-%d %H:%M}: {message}" for at, message in book.refused),
        failed=tuple(f"{key}: {message} ({times})" for (key, message), times in sorted(book.failed.items())),
    )


def _rule_json(line: RuleLine, report: Report) -> JSON:
    return {
        "rule": line.rule,
        "title": line.title,
        "verb": line.verb,
        "total": asdict(line.total),
        "months": {f"{month:%Y-%m}": asdict(each) for month, each in zip(report.months, line.months, strict=True)},
        "reasons": dict(line.reasons),
    }


# ---------------------------------------------------------------- blocks and changes


def _own(simulation: Simulation, snapshot: Snapshot) -> dict[str, Event]:
    """The own events that begin in the range, by key, in the order of time."""
    book = simulation.book
    found = [event for event in snapshot.events if event.mark is not None and is_own(event)]
    inside = [event for event in found if book.start <= instant(event.fields.start, book.start) < book.end]
    ordered = sorted(inside, key=lambda event: (instant(event.fields.start, book.start), _key(event)))
    return {_key(event): event for event in ordered}


def _changes(before: Mapping[str, Event], after: Mapping[str, Event], simulation: Simulation) -> Iterator[Change]:
    """What leads from the calendar that was read to the one that the simulation left, in the order of time."""
    for key, event in after.items():
        old = before.get(key)
        if old is not None and old.fields == event.fields:
            continue
        action = Action.CREATE if old is None else Action.UPDATE
        mark = event.mark.digest if event.mark else ""
        why = _why(simulation, key)
        yield Change(action, key, _rule(event), event.calendar, old, event.fields, mark, why)
    for key, event in before.items():
        if key not in after:
            why = simulation.book.left[key].why if key in simulation.book.left else _why(simulation, key)
            yield Change(Action.DELETE, key, _rule(event), event.calendar, event, None, "", why)


def _key(event: Event) -> str:
    return event.mark.key if event.mark else ""


def _rule(event: Event) -> str:
    return event.mark.rule if event.mark else ""


def _state(event: Event) -> Literal["written", "pinned"]:
    return "pinned" if "time" in hand_changed(event) else "written"


def _why(simulation: Simulation, key: str) -> tuple[Reason, ...]:
    return simulation.book.why.get(key, ())


# ---------------------------------------------------------------- numbers


def _lines(simulation: Simulation, months: Sequence[date]) -> Iterator[RuleLine]:
    """Every rule that is enabled, in the order of the files, then those that only have blocks of earlier days."""
    counted = _counted(simulation)
    reasons = _reasons(simulation)
    known = {rule.id: rule for rule in simulation.loaded.rules if rule.enabled}
    others = sorted({rule for rule, _ in counted} - known.keys())
    for ident in (*known, *others):
        yield RuleLine(
            rule=ident,
            title=_title(simulation, ident),
            verb=_verb(known[ident]) if ident in known else "block",
            months=tuple(counted.get((ident, (month.year, month.month)), Numbers()) for month in months),
            reasons=tuple(sorted(reasons.get(ident, {}).items(), key=lambda item: (-item[1], item[0]))),
        )


def _counted(simulation: Simulation) -> dict[tuple[str, Month], Numbers]:
    book = simulation.book
    found: Counter[tuple[str, Month, str]] = Counter()
    for event in _own(simulation, simulation.after).values():
        day = _day(book, event)
        where = _rule(event), (day.year, day.month)
        found[*where, "blocks"] += 1
        if not event.fields.all_day:
            start, end = span(event.fields.start, event.fields.end, simulation.loaded.configured.timezone)
            found[*where, "minutes"] += end - start
    for left in book.left.values():
        name = "on_purpose" if left.why[-1].code in ON_PURPOSE else "skipped"
        found[left.rule, (left.day.year, left.day.month), name] += 1
    for (rule, month), tally in book.tallies.items():
        for name, number in asdict(tally).items():
            found[rule, month, name] += number
    numbers: dict[tuple[str, Month], dict[str, int]] = {}
    for (rule, month, name), number in found.items():
        numbers.setdefault((rule, month), {})[name] = number
    return {where: Numbers(**values) for where, values in numbers.items()}


def _reasons(simulation: Simulation) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for left in simulation.book.left.values():
        found.setdefault(left.rule, Counter())[left.why[-1].code.value] += 1
    return found


def _busy(simulation: Simulation, months: Sequence[date]) -> tuple[int, ...]:
    """Minutes of real events that are busy and not of whole days, month by month; time that overlaps counts once."""
    settings = simulation.loaded.configured
    zone, book = settings.timezone, simulation.book
    real = [event for event in simulation.after.events if not is_own(event) and not event.fields.all_day]
    taken = union((each.start, each.end) for each in busy_time(real, settings))
    edges = [to_minutes(max(wall(month, 0, zone), book.start)) for month in months] + [to_minutes(book.end)]
    return tuple(
        sum(max(0, min(end, until) - max(start, since)) for start, end in taken) for since, until in pairwise(edges)
    )


def _title(simulation: Simulation, ident: str) -> str:
    rule = next((rule for rule in simulation.loaded.rules if rule.id == ident), None)
    if rule is None:
        return ident
    if isinstance(rule.trigger, Steps):
        return ident
    title = rule.verb.title.in_language(simulation.loaded.configured.language)
    return ident if "{{" in title or "{%" in title else title  # such a title is another one for each person or event


def _verb(rule: Rule) -> Literal["block", "protect", "draft"]:
    return "draft" if isinstance(rule.verb, Draft) else "protect" if isinstance(rule.verb, Protect) else "block"


def _fate(book: Book, key: str) -> str:
    return book.fates.get(key, "standing")


def _day(book: Book, event: Event) -> date:
    return instant(event.fields.start, book.start).astimezone(book.start.tzinfo).date()
