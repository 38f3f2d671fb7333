"""The fields of `categories:` in `agendad.yaml`: named selectors with an optional target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.settings import Category
from agendad.rules import grammar
from agendad.rules.fields.common import STRING, by_id, rule_id
from agendad.rules.fields.selector import EXAMPLE, SELECTOR, selector_of
from agendad.rules.source import Refused
from agendad.rules.spelling import did_you_mean
from agendad.rules.table import Field, Table, read_table
from agendad.rules.values import is_empty, mapping, parsed, problem, shown

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic
    from agendad.model.settings import Target
    from agendad.rules.tree import Node, Scalar

_EXAMPLE: Final = "{learning: {rule: technology-watch, target: 10%}}"
TARGET: Final = Field(
    "target",
    parsed("bad-target", grammar.parse_target),
    "how much of the time it should take: a percentage, of all time or of another category, or hours a week; "
    "`>=`, `<=` and ranges too",
    '">= 10%"',
    STRING,
    synonyms=("goal", "aim", "budget", "wanted", "should_be"),
)
CATEGORY: Final = Table("a category", *SELECTOR.fields.values(), TARGET)


def _categories(node: Node) -> tuple[Category, ...]:
    held = mapping(node, "`categories`", f"categories: {_EXAMPLE}")
    found: list[Category] = []
    problems: list[Diagnostic] = []
    names = {name for name in held.entries if not name.startswith("x-")}
    for name, (key, value) in held.entries.items():
        if name.startswith("x-"):
            continue
        try:
            found.append(_category(key, value, names))
        except Refused as refused:
            problems.extend(refused.problems)
    if problems or len(found) != len(names):
        raise Refused(problems)
    return tuple(found)


def _category(key: Scalar, node: Node, names: set[str]) -> Category:
    name = rule_id(key)
    if is_empty(node):
        message = f"the category `{name}` does not say which events"
        raise Refused((problem(key, "empty-value", message, f"such as `{name}: {EXAMPLE}`"),))
    found = read_table(mapping(node, f"the category `{name}`", EXAMPLE), CATEGORY)
    if found.lacks(*SELECTOR.fields):
        message = f"the category `{name}` does not say which events"
        found.report(key, "missing-key", message, "add for example `meeting: any`")
    target = found.get(TARGET)
    if target is not None and target.of:
        _check_of(target, found.nodes["target"], name, names, found.problems)
        found.broken = found.broken or bool(found.problems)
    found.refuse_if_broken()
    return Category(name, selector_of(found), target)


def _check_of(target: Target, node: Node, name: str, names: set[str], problems: list[Diagnostic]) -> None:
    if target.of == name:
        problems.append(problem(node, "no-sense", "a category is all of itself", "name another category"))
    elif target.of not in names:
        hint = did_you_mean(target.of, names - {name}) or "add it to `categories`"
        problems.append(problem(node, "unknown-category", f"there is no category `{shown(target.of)}`", hint))


CATEGORIES: Final = Field(
    "categories",
    _categories,
    "what the time goes into, by name: the keys of a selector, and an optional `target`",
    _EXAMPLE,
    by_id({"$ref": "#/definitions/category"}),
    synonyms=("category", "buckets", "balance", "areas", "time_categories"),
)
