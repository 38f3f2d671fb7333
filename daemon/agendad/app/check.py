"""What can be found wrong before a cycle runs: files, expressions, templates of drafts, rules that collide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.core.dress import sample_context
from agendad.core.levels import never_set_off
from agendad.core.network import network_warnings
from agendad.core.recurrence import occurrences
from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.drafting.expressions import ExpressionError, Expressions
from agendad.model.rule import After, Draft, Every, EveryPeriod, MonthOfQuarter, Protect, Steps, WeekOfMonth
from agendad.model.settings import CalendarSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from agendad.core.problem import Stretch
    from agendad.model.rule import Rule, Text
    from agendad.model.settings import Me
    from agendad.rules.load import Loaded

WATCHED_DAYS: Final = 56
"""How far ahead two rules are compared; long enough for a monthly one to show twice."""

_DAY: Final = 24 * 60
_NOWHERE: Final = Span("", 1, 1, 1)


def problems(loaded: Loaded, folder: Path, today: date) -> tuple[Diagnostic, ...]:
    """All problems of a configuration, in the order of their place: those of reading it, and those found by trying.

    `folder` is the one that the places of problems are relative to.
    """
    enabled = [rule for rule in loaded.rules if rule.enabled]
    me = loaded.settings.me if loaded.settings else None
    tried = [
        *unfillable(loaded.rules, me),
        *_letters(loaded),
        *collisions(enabled, today),
        *waiting(enabled),
        *network_warnings(loaded.people),
    ]
    found = [*loaded.diagnostics, *(_with_source(each, folder) for each in tried)]
    return tuple(sorted(found, key=lambda each: (each.span, each.severity, each.code)))


def errors(loaded: Loaded, folder: Path, before: Loaded) -> list[Diagnostic]:
    """The errors among them, of a configuration that is to take the place of another one that has none.

    Templates take half a second to try; those of rules that are the same as before are not tried again.
    """
    same = {rule.id: _unplaced(rule) for rule in before.rules} if loaded.settings == before.settings else {}
    news = replace(loaded, rules=tuple(rule for rule in loaded.rules if _unplaced(rule) != same.get(rule.id)))
    me = loaded.settings.me if loaded.settings else None
    found = [*loaded.diagnostics, *unfillable(news.rules, me), *_letters(news)]
    return sorted(
        (_with_source(each, folder) for each in found if each.severity is Severity.ERROR), key=lambda each: each.span
    )


def _unplaced(rule: Rule) -> Rule:
    """What a rule says, wherever it stands in its file."""
    return replace(rule, span=_NOWHERE, field_spans=None)


def _letters(loaded: Loaded) -> Iterator[Diagnostic]:
    """What is wrong with the templates of drafts. Their languages are told only of a configuration."""
    if not any(_drafts(rule) for rule in loaded.rules):
        return
    from agendad.app.check_letters import missing_languages, unwritable

    settings = loaded.settings or Settings(ZoneInfo("UTC"), CalendarSettings())
    yield from unwritable(loaded.rules, settings)
    if loaded.settings is not None:
        yield from missing_languages(loaded.rules, settings, loaded.people)


def _drafts(rule: Rule) -> bool:
    verbs = [step.verb for step in rule.trigger.steps] if isinstance(rule.trigger, Steps) else [rule.verb]
    return any(isinstance(verb, Draft) or (isinstance(verb, Protect) and verb.reply) for verb in verbs)


def unfillable(rules: Sequence[Rule], me: Me | None) -> Iterator[Diagnostic]:
    """Titles and notes whose expressions cannot be filled, tried on a sample."""
    expressions = Expressions()
    for rule in rules:
        for name, text in _texts(rule):
            for source in text.by_language.values():
                if "{{" not in source and "{%" not in source:
                    continue
                try:
                    expressions.render(source, sample_context(rule, me))
                except ExpressionError as error:
                    yield Diagnostic(_place(rule, name), "template", error.message, error.hint)


def _texts(rule: Rule) -> Iterator[tuple[str, Text]]:
    verbs = [(rule.verb, rule.look, "")]
    if isinstance(rule.trigger, Steps):
        verbs = [(step.verb, step.look, "steps") for step in rule.trigger.steps]
    for verb, look, place in verbs:
        yield place or type(verb).__name__.lower(), verb.title
        if look.notes is not None:
            yield place or "notes", look.notes


def _place(rule: Rule, name: str) -> Span:
    return (rule.field_spans or {}).get(name, rule.span)


def collisions(rules: Sequence[Rule], today: date) -> Iterator[Diagnostic]:
    """Warnings for rules with fixed times that never find their time free of another one that ranks higher."""
    known = {rule.id: rule for rule in rules}
    wanted = {rule.id: set(_wall_times(rule, today)) for rule in rules}
    watched = range(today.toordinal() * _DAY, (today.toordinal() + WATCHED_DAYS) * _DAY)
    for (one, other), met in sorted(_meetings(wanted).items()):
        lower, higher = known[one], known[other]
        if _rank(lower) < _rank(higher) or lower.timezone.key != higher.timezone.key:
            continue
        times = {stretch for stretch in wanted[one] if stretch[0] in watched}
        if times and times <= met:
            yield Diagnostic(
                _place(lower, "at"),
                "collision",
                f"rule `{lower.id}` always collides with `{higher.id}`, which ranks higher",
                "move one of them, or let one stand over the other with `may_overlap: [blocks]`",
                Severity.WARNING,
            )


def _meetings(wanted: Mapping[str, set[Stretch]]) -> dict[tuple[str, str], set[Stretch]]:
    """By two rules, the times of the first that meet a time of the second."""
    met: dict[tuple[str, str], set[Stretch]] = {}
    open_now: list[tuple[int, int, str]] = []
    for start, end, rule in sorted((*stretch, rule) for rule, stretches in wanted.items() for stretch in stretches):
        open_now = [each for each in open_now if each[1] > start]
        for other_start, other_end, other in open_now:
            if other != rule:
                met.setdefault((rule, other), set()).add((start, end))
                met.setdefault((other, rule), set()).add((other_start, other_end))
        open_now.append((start, end, rule))
    return met


def waiting(rules: Sequence[Rule]) -> Iterator[Diagnostic]:
    """Warnings for rules that follow only rules whose blocks never come."""
    for rule in never_set_off(rules):
        yield Diagnostic(
            _place(rule, "after" if isinstance(rule.trigger, After) else "before"),
            "never-set-off",
            f"nothing sets the rule `{rule.id}` off: the rules that it follows wait for each other, or are disabled",
            "let one of them follow an event or a day",
            Severity.WARNING,
        )


def _with_source(problem: Diagnostic, folder: Path) -> Diagnostic:
    """The problem with the text of its line, as the reader of the file gives it."""
    if problem.source:
        return problem
    try:
        lines = (folder / problem.span.file).read_text("utf-8-sig").splitlines()
    except OSError:
        return problem
    line = problem.span.line - 1
    return replace(problem, source=lines[line]) if line < len(lines) else problem


def _rank(rule: Rule) -> tuple[int, str]:
    return rule.placement.priority, rule.id


def _wall_times(rule: Rule, today: date) -> Iterator[Stretch]:
    """The fixed times of a rule in the days to come and one more on either side, in minutes of its wall clock.

    None where times are not fixed.
    """
    every = rule.trigger
    placement = rule.placement
    if not isinstance(every, Every) or not placement.at or placement.may_overlap_blocks:
        return
    if isinstance(every.phrase, EveryPeriod | WeekOfMonth | MonthOfQuarter):
        return
    first, until = today - timedelta(days=1), today + timedelta(days=WATCHED_DAYS + 1)
    for member in occurrences(every, first, until, holidays={}, absent=(), first_day=today):
        if member.excluded_by:
            continue
        for at in placement.at:
            start = member.first.toordinal() * _DAY + at.start
            length = (at.end - at.start) if at.end is not None else (placement.lasts.most if placement.lasts else 0)
            yield start, start + length
