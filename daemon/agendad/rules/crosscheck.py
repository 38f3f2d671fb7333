"""What only shows when all rules are read: ids, references to rules and people, and what the configuration lacks.

`load` calls `check` once, over the entries of all files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from agendad.diagnostics import Severity
from agendad.rules.fields import company, letter, placement, rule, trigger
from agendad.rules.fields.selector import mentions
from agendad.rules.fields.state import state_mentions
from agendad.rules.letter_sense import RECIPIENTS
from agendad.rules.spelling import did_you_mean
from agendad.rules.tree import Mapping
from agendad.rules.values import comma_parts, comma_words, each, problem, scalar, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as SequenceOf

    from agendad.diagnostics import Diagnostic
    from agendad.model.settings import CalendarSettings, People, Settings
    from agendad.rules.build import Entry
    from agendad.rules.table import Found
    from agendad.rules.tree import Node, Scalar

_LACKS: Final = ("no-country", "no-domains", "no-emails", "no-mail")
_EMPTY: Final = {
    "empty-group": ("nobody is in the group ", "nobody is in the groups "),
    "empty-tier": ("nobody is of tier ", "nobody is of the tiers "),
}
"""How the warnings about groups and tiers without people begin: about one, about several."""
_RELATIONS: Final = (placement.SAME_DAY_BEFORE, placement.SAME_DAY_AFTER, placement.NOT_SAME_DAY)
_SELECTORS: Final = (trigger.AFTER, trigger.BEFORE, placement.SATISFIED_BY, rule.ALLOW)


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may refer to. `people` and `settings` are None when they are not there or have errors themselves.

    Without `all_read`, a file could not be read whole: an id that is not among `ids` may stand in it. `categories` is
    where agendad.yaml names them.
    """

    ids: frozenset[str]
    all_read: bool
    people: People | None
    settings: Settings | None
    categories: Node | None = None


def check(entries: SequenceOf[Entry], known: Known) -> list[Diagnostic]:
    """Every problem between rules, and between rules and the rest of the configuration.

    What the configuration or the people lack is told at the first place that needs it, and not again at every other.
    """
    problems = [*_duplicates(entries), *_moved(entries, known.ids), *_categories(known)]
    for entry in entries:
        if entry.found is None:
            continue
        for part in (entry.found, *entry.steps):
            problems.extend(_relations(entry.key.text, part, known))
            problems.extend(_mentions(part, known))
            problems.extend(_people(part, known))
        if known.settings is not None:
            problems.extend(_configuration(entry, known.settings))
    lacks = {_lacking(each): each for each in reversed(problems)}
    return _together([each for each in problems if _lacking(each) is None or lacks[_lacking(each)] is each])


def _together(problems: SequenceOf[Diagnostic]) -> list[Diagnostic]:
    """Groups that are empty are told in one warning, at the first of them, and so are tiers."""
    told = list(problems)
    for code, (one, several) in _EMPTY.items():
        empty = [each for each in told if each.code == code]
        if len(empty) > 1:
            names = ", ".join(each.message.removeprefix(one) for each in empty)
            told[told.index(empty[0])] = replace(empty[0], message=several + names)
            told = [each for each in told if each not in empty]
    return told


def _lacking(each: Diagnostic) -> tuple[str, str] | None:
    """What is lacking by a problem, the same for every place that needs it; None for a problem of the place itself."""
    if each.code in _EMPTY:
        return each.code, each.message
    return (each.code, "") if each.code in _LACKS else None


def duplicates(entries: Iterable[Entry]) -> frozenset[int]:
    """The places in `entries` whose id an earlier one has already."""
    seen: set[str] = set()
    found = set()
    for place, entry in enumerate(entries):
        if entry.key.text in seen:
            found.add(place)
        seen.add(entry.key.text)
    return frozenset(found)


def _duplicates(entries: SequenceOf[Entry]) -> Iterator[Diagnostic]:
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.key.text, entry)
        if other is not entry:
            span = other.key.span
            message = f"the rule `{entry.key.text}` exists already"
            yield problem(
                entry.key, "duplicate-id", message, f"the first is at {span.file}:{span.line}; rename one of them"
            )


def _moved(entries: SequenceOf[Entry], ids: frozenset[str]) -> Iterator[Diagnostic]:
    """`moved_from` names an id that is free, and only one rule takes it over: keys are made of it."""
    heirs: dict[str, str] = {}
    for entry in entries:
        old = entry.found.get(rule.MOVED_FROM) if entry.found else None
        if entry.found is None or old is None:
            continue
        node = entry.found.nodes["moved_from"]
        heir = heirs.setdefault(old, entry.key.text)
        if old == entry.key.text:
            yield problem(node, "moved-from-living", "a rule cannot be moved from itself", "remove it")
        elif old in ids:
            message = f"the rule `{old}` still exists"
            yield problem(node, "moved-from-living", message, "`moved_from` names the id before the renaming")
        elif heir != entry.key.text:
            message = f"the rule `{heir}` has the history of `{old}` already"
            yield problem(node, "moved-from-twice", message, "one rule takes over the history of another")


def _relations(own: str, found: Found, known: Known) -> Iterator[Diagnostic]:
    for field in _RELATIONS:
        if found.get(field) is None:
            continue
        for node in each(found.nodes[field.name], scalar):
            if node.text.strip() == own:
                yield problem(node, "no-sense", f"`{field.name}` names the rule itself", "name another rule")
            else:
                yield from _unknown_rule(node, known)


def _unknown_rule(node: Scalar, known: Known) -> Iterator[Diagnostic]:
    name = node.text.strip()
    if known.all_read and name not in known.ids:
        yield problem(node, "unknown-rule", f"there is no rule `{shown(name)}`", did_you_mean(name, known.ids))


def _mentions(found: Found, known: Known) -> Iterator[Diagnostic]:
    for field in _SELECTORS:
        if found.get(field) is not None:
            yield from _mentioned(mentions(found.nodes[field.name]), known)
    if found.get(trigger.WHEN) is not None:
        yield from _mentioned(state_mentions(found.nodes["when"]), known)


def _categories(known: Known) -> Iterator[Diagnostic]:
    if known.categories is not None and isinstance(known.categories, Mapping):
        for name, (_, node) in known.categories.entries.items():
            if not name.startswith("x-"):
                yield from _mentioned(mentions(node), known)


def _mentioned(named: Iterable[tuple[str, Scalar]], known: Known) -> Iterator[Diagnostic]:
    """What the selectors name that is not there."""
    for kind, node in named:
        if kind == "rule":
            yield from _unknown_rule(node, known)
        elif kind == "calendar" and known.settings is not None:
            yield from _unread_calendar(node, known.settings.calendar)
        elif kind == "meeting" and known.settings is not None and not known.settings.me.domains:
            yield from _no_domains(node)
        elif kind == "party" and known.people is not None:
            yield from _unknown_party(node, known.people)


def _people(found: Found, known: Known) -> Iterator[Diagnostic]:
    """Whom `for_each`, `with` and the recipients of a draft name."""
    if known.people is None:
        return
    for choice in (company.FOR_EACH, company.WITH):
        if found.get(choice) is not None:
            for kind, node in company.named(found.nodes[choice.name]):
                yield from _unknown(kind, node.text.strip(), node, known.people, "add the person to people.yaml")
    for field in RECIPIENTS:
        for node in comma_parts(found.nodes[field.name]) if found.get(field) is not None else ():
            if letter.recipient(node).kind == "party":
                yield from _unknown_party(node, known.people)


def _unread_calendar(node: Scalar, calendar: CalendarSettings) -> Iterator[Diagnostic]:
    name, read = node.text.strip(), {*calendar.read, calendar.write}
    if name not in read:
        hint = did_you_mean(name, read) or "add it to `read:` in agendad.yaml"
        message = f"the calendar `{shown(name)}` is not read, so that nothing in it matches"
        yield problem(node, "unread-calendar", message, hint, Severity.WARNING)


def _no_domains(node: Scalar) -> Iterator[Diagnostic]:
    if "external" in node.text or "internal" in node.text:
        hint = "add for example `me: {domains: [example.com]}` to agendad.yaml"
        yield problem(node, "no-domains", "without `me.domains` everybody is external", hint, Severity.WARNING)


def _unknown_party(node: Scalar, people: People) -> Iterator[Diagnostic]:
    word = node.text.strip()
    kind, colon, name = word.partition(":")
    otherwise = "add the person to people.yaml, or write an address"
    if colon and kind in ("group", "tier"):
        yield from _unknown(kind, name.strip(), node, people, otherwise)
    elif "@" not in word and word != "me":
        yield from _unknown("person", word, node, people, otherwise)


def _unknown(kind: str, name: str, node: Scalar, people: People, otherwise: str) -> Iterator[Diagnostic]:
    """A group, a tier or a person that is not there, or that is nobody; `otherwise` is the hint for a new person."""
    persons = people.by_id.values()
    if kind == "group":
        used = {group for person in persons for group in person.groups}
        if name in used:
            return
        if name in people.declared_groups:
            message = f"{_EMPTY['empty-group'][0]}`{shown(name)}`"
            yield problem(node, "empty-group", message, "say in people.yaml who that is", Severity.WARNING)
        else:
            near = did_you_mean(name, used | people.declared_groups)
            near = near.replace("mean `", "mean `group:") if node.text.startswith("group:") else near
            hint = near or f"add it to `groups` in people.yaml: `groups: [{shown(name)}]`"
            yield problem(node, "unknown-group", f"there is no group `{shown(name)}`", hint)
    elif kind == "tier":
        if all(person.tier != int(name) for person in persons):
            hint = "give somebody this `tier` in people.yaml"
            yield problem(node, "empty-tier", f"{_EMPTY['empty-tier'][0]}{int(name)}", hint, Severity.WARNING)
    elif name not in people.by_id:
        hint = did_you_mean(name, people.by_id) or otherwise
        yield problem(node, "unknown-person", f"there is no person `{shown(name)}`", hint)


def _configuration(entry: Entry, settings: Settings) -> Iterator[Diagnostic]:
    """What a rule needs of agendad.yaml and does not find there."""
    if entry.found is None:
        return
    address = "add for example `me: {emails: [ada@example.com]}` to agendad.yaml"
    drafting = [part for part in (entry.found, *entry.steps) if part.has(letter.DRAFT)]
    for part in drafting if entry.found.value(rule.ENABLED, True) else ():
        if settings.mail is None:
            hint = "add `mail: {provider: maildir, path: Mail/}` to agendad.yaml"
            yield problem(part.keys["draft"], "no-mail", "drafts are not made without `mail:`", hint, Severity.WARNING)
        elif not settings.me.address:
            message = "drafts have no sender without an address of your own"
            yield problem(part.keys["draft"], "no-emails", message, address, Severity.WARNING)
    if entry.found.get(company.INVITE) and not settings.me.address:
        message = "nobody is invited without an address to invite from"
        yield problem(entry.found.keys["invite"], "no-emails", message, address, Severity.WARNING)
    exclude = entry.found.get(trigger.EXCEPT)
    if exclude is not None and exclude.holidays and not settings.country:
        for node, start, end in comma_words(entry.found.nodes["except"]):
            if node.text[start:end] == "holidays":
                first, last = node.part(start, end)
                hint = "add for example `country: FR` to agendad.yaml"
                message = "without a country no day is a public holiday"
                yield node.source.problem(first, last, "no-country", message, hint, Severity.WARNING)
