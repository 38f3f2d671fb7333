"""`*.test.yaml` to rule tests, or every problem in the file; called by `app/ruletest.py`.

What a single field means stands in `fields/ruletest.py`. Here it is put together, and what cannot be meant is refused:
expectations outside of `over`, or of rules that the test does not name.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar, cast

from agendad.diagnostics import Severity
from agendad.model.calendar import Kind, Response, ShowAs, Status
from agendad.model.rule import Exclusions
from agendad.model.ruletest import GivenEvent, GivenMail, Recurs, RuleTest, TestFile, Wanted, World
from agendad.rules.fields import expect, trigger
from agendad.rules.fields import ruletest as fields
from agendad.rules.fields.common import kebab
from agendad.rules.files import read_root
from agendad.rules.people import read_person
from agendad.rules.source import Refused
from agendad.rules.spelling import did_you_mean, listed
from agendad.rules.table import read_table, read_whole
from agendad.rules.tree import Mapping, Scalar, Sequence, parse
from agendad.rules.values import MANY, items, mapping, refuse, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agendad.diagnostics import Diagnostic
    from agendad.model.rule import Phrase
    from agendad.model.ruletest import Days, DayTime, What
    from agendad.model.settings import Person
    from agendad.rules.table import Field, Found, Table
    from agendad.rules.tree import Node

S = TypeVar("S")
T = TypeVar("T")

_EXPECTED: Final[dict[What, tuple[Field[Node], Table]]] = {
    "blocks": (expect.BLOCKS, expect.BLOCK),
    "drafts": (expect.DRAFTS, expect.DRAFT),
    "skipped": (expect.SKIPPED_FIELD, expect.SKIPPED),
    "violations": (expect.VIOLATIONS, expect.VIOLATION),
}
_TEST_EXAMPLE: Final = "{name: deep work stands, over: 2026-11-24, expect: {blocks: [{rule: deep-work}]}}"
_FACTS: Final = ("title", "key", "show_as", "kind", "place", "color", "visibility", "remind", "subject", "late")
_IN_EVENT: Final = (("in an event, below `events:`", fields.EVENT), ("below `expect:`", expect.EXPECT))


def read_tests(file: str, data: bytes) -> tuple[TestFile | None, tuple[Diagnostic, ...]]:
    """The tests in the bytes of one file; None when they hold an error. `file` is its name for a person."""
    found, problems = read_root(parse(file, data), fields.FILE, empty=Severity.ERROR)
    if found is None:
        return None, problems
    _require(found, "a rule test file", ("tests",), f"tests: {fields.TESTS.example}")
    world = _take(found, lambda: _world(found))
    node = found.get(fields.TESTS)
    tests = _take(found, lambda: _each(node, "tests", _test)) if node is not None else None
    for test, place in zip(tests or (), items(node) if node is not None else (), strict=False):
        if found.get(fields.NOW) is None and test.now is None and not found.broken:
            hint = "add `now:` to the test, or once to the file, such as `now: 2026-11-23T08:00`"
            found.report(place, "missing-key", "nothing says when this test is", hint)
    if tests is not None and node is not None:
        _refuse_same_names(found, tests, node)
    problems = (*problems, *found.problems)
    if found.broken or world is None or tests is None:
        return None, tuple(sorted(problems, key=lambda each: (each.span, each.code)))
    return TestFile(file, tests, _settings(found), found.get(fields.NOW), world, found.get(fields.STARTING)), problems


def _settings(found: Found) -> dict[str, object]:
    given: dict[str, object] = {name: found.get(field) for name, field in fields.SETTINGS.items() if found.has(field)}
    if "tentative_is_free" in given:
        given["tentative_is_free"] = given["tentative_is_free"] == "free"
    if "timezone" in given:
        given["follow_calendar_zone"] = given["timezone"] is None
    return given


def _refuse_same_names(found: Found, tests: tuple[RuleTest, ...], node: Node) -> None:
    known: dict[str, RuleTest] = {}
    for test, place in zip(tests, items(node), strict=True):
        first = known.setdefault(test.name, test)
        if first is not test:
            message = f"a test of the name `{test.name}` stands here a second time"
            hint = f"the first is on line {first.span.line}; say what makes this one different"
            name = place.entries["name"][1] if isinstance(place, Mapping) else place
            found.report(name, "duplicate-name", message, hint)


# ---------------------------------------------------------------- what there is


def _world(found: Found) -> World:
    """What a file or a test gives; raises Refused with every problem in it."""
    problems: list[Diagnostic] = []

    def each(field: Field[Node], read: Callable[[Node], T]) -> tuple[T, ...]:
        node = found.get(field)
        try:
            return () if node is None else _each(node, field.name, read)
        except Refused as refused:
            problems.extend(refused.problems)
            return ()

    people = found.get(fields.PEOPLE)
    world = World(
        events=each(fields.EVENTS, _event),
        mail=each(fields.MAILS, _mail),
        absences=found.value(fields.ABSENCES, ()),
        deleted=found.value(fields.DELETED, ()),
    )
    try:
        persons = None if people is None else _people(people)
    except Refused as refused:
        problems.extend(refused.problems)
    if problems:
        raise Refused(problems)
    return World(world.events, world.mail, world.absences, world.deleted, persons)


def _event(node: Node) -> GivenEvent:
    found = read_table(mapping(node, "an event", '{title: Board, at: "2026-11-24 14:00-16:00"}'), fields.EVENT)
    _require(found, "an event", ("at",), 'at: "2026-11-24 14:00-16:00"')
    for name in ("until", "times", "except"):
        if name in found.keys and found.lacks("every"):
            found.report(found.keys[name], "misplaced-key", f"`{name}` goes with `every`")
    own = not found.lacks("rule", "key")
    for name in ("moved", "renamed", "chosen"):
        if name in found.keys and not own:
            hint = "add the `rule` that has written it"
            found.report(found.keys[name], "misplaced-key", f"`{name}` is said of a block of a rule", hint)
    if own and found.has(fields.EVENT_EVERY):
        found.report(found.keys["every"], "misplaced-key", "a block of a rule is no series")
    found.refuse_if_broken()
    at = found[fields.EVENT_AT]
    rule, key = found.value(fields.EVENT_RULE, ""), found.value(fields.EVENT_KEY, "")
    phrase = found.get(fields.EVENT_EVERY)
    return GivenEvent(
        at=at,
        span=node.span,
        title=found.value(fields.TITLE, ""),
        attendees=found.value(fields.ATTENDEES, ()),
        organizer=found.value(fields.ORGANIZER, ""),
        response=Response(found[fields.RESPONSE]) if found.has(fields.RESPONSE) else None,
        calendar=found.value(fields.CALENDAR, ""),
        show_as=ShowAs(found.value(fields.SHOW_AS, ShowAs.BUSY)),
        kind=Kind(found.value(fields.KIND, Kind.DEFAULT)),
        place=found.value(fields.PLACE, ""),
        notes=found.value(fields.NOTES, ""),
        status=Status(found.value(fields.STATUS, Status.CONFIRMED)),
        uid=found.value(fields.UID, ""),
        recurs=None if phrase is None else _recurs(found, phrase),
        rule=rule or key.partition("/")[0],
        key=key or (f"{rule}/{at.days[0]}" if rule and at.days else ""),
        moved=found.value(fields.MOVED, default=False),
        renamed=found.value(fields.RENAMED, default=False),
        chosen=found.value(fields.CHOSEN, ()),
    )


def _recurs(found: Found, phrase: Phrase) -> Recurs:
    exclude = found.value(fields.EVENT_EXCEPT, Exclusions())
    return Recurs(phrase, exclude, found.get(trigger.UNTIL), found.get(trigger.TIMES))


def _mail(node: Node) -> GivenMail:
    found = read_table(mapping(node, "a mail", '{to: ada@example.org, at: "2026-11-24 16:20"}'), fields.MAIL)
    _require(found, "a mail", ("at",), 'at: "2026-11-24 16:20"')
    if found.lacks("to", "from"):
        found.report(node, "missing-key", "a mail needs `to` or `from`", "`to` when the person sent it")
    elif found.has(fields.MAIL_TO) and found.has(fields.MAIL_FROM):
        found.report(found.keys["from"], "misplaced-key", "a mail has `to` (sent) or `from` (received), not both")
    found.refuse_if_broken()
    return GivenMail(
        found[fields.MAIL_AT],
        node.span,
        found.value(fields.MAIL_TO, ()),
        found.value(fields.MAIL_FROM, ""),
        found.value(fields.SUBJECT, ""),
    )


def _people(node: Node) -> tuple[Person, ...]:
    """People by id, as in people.yaml, or a list of people with their ids (else made of the name)."""
    owners: dict[str, str] = {}
    seen: set[str] = set()

    def one(key: Scalar, entry: Node) -> Person:
        person = read_person(key, entry, owners)
        if person.id in seen:
            refuse(key, "duplicate-id", f"the person `{person.id}` stands here a second time")
        seen.add(person.id)
        return person

    if isinstance(node, Mapping):
        return _all(lambda entry: one(*entry), list(node.entries.values()))
    if not isinstance(node, Sequence):
        refuse(node, "wrong-type", "`people` has to be a list, not text", f"such as {fields.PEOPLE.example}")
    return _all(lambda entry: one(*_with_id(entry)), node.items)


def _with_id(node: Node) -> tuple[Scalar, Node]:
    """The id and the rest of a person in a list; without an id it is made of the name."""
    held = mapping(node, "a person", "{id: grace, emails: [grace@example.org]}")
    rest = Mapping(held.source, held.start, held.end)
    rest.entries = {name: entry for name, entry in held.entries.items() if name != "id"}
    if "id" in held.entries:
        return scalar(held.entries["id"][1]), rest
    _, name = held.entries.get("name", (None, None))
    made = kebab(name.text) if isinstance(name, Scalar) else ""
    if not made or name is None:
        refuse(node, "missing-key", "a person needs an `id`", "such as `{id: grace, emails: [grace@example.org]}`")
    return Scalar(name.source, name.start, name.end, made), rest


# ---------------------------------------------------------------- tests


def _test(node: Node) -> RuleTest:
    found = read_table(mapping(node, "a test", _TEST_EXAMPLE), fields.TEST, _IN_EVENT)
    _require(found, "a test", ("name", "over", "expect"), _TEST_EXAMPLE)
    world = _take(found, lambda: _world(found))
    over = found.get(fields.OVER)
    rules = found.value(fields.RULES, ())
    expected = found.get(fields.EXPECT_FIELD)
    expect = _take(found, lambda: _expect(expected, over, rules)) if expected is not None else None
    found.refuse_if_broken()
    if world is None or over is None or expect is None:
        raise Refused
    return RuleTest(
        name=found[fields.NAME].strip(),
        span=node.span,
        over=over,
        expect=expect,
        rules=rules,
        beside=found.value(fields.BESIDE, ()),
        now=found.get(fields.NOW),
        world=world,
        starting=found.get(fields.STARTING),
    )


def _expect(node: Node, over: Days | None, rules: tuple[str, ...]) -> dict[What, tuple[Wanted, ...]]:
    found = read_whole(node, expect.EXPECT, "expect: {blocks: []}")
    expected: dict[What, tuple[Wanted, ...]] = {}
    problems: list[Diagnostic] = []
    for what, (field, table) in _EXPECTED.items():
        given = found.get(field)
        if given is None:
            continue
        try:
            expected[what] = _each(given, what, partial(_wanted, table=table, over=over, rules=rules))
        except Refused as refused:
            problems.extend(refused.problems)
    if problems:
        raise Refused(problems)
    return expected


def _wanted(node: Node, *, table: Table, over: Days | None, rules: tuple[str, ...]) -> Wanted:
    found = read_table(mapping(node, table.name, "{rule: deep-work}"), table)
    _require(found, table.name, ("rule",), "{rule: deep-work}")
    name = "due" if table is expect.DRAFT else "at"
    at = cast("DayTime | None", found.values.get(name))
    if at is not None and over is not None and (problem := _outside(at, over, found.nodes[name])):
        found.report(found.nodes[name], "outside-over", *problem)
    rule = found.get(expect.RULE)
    if rule is not None and rules and rule not in rules:
        hint = did_you_mean(rule, rules) or "add it to the `rules` of the test"
        found.report(found.nodes["rule"], "unknown-rule", f"`{rule}` is not among the rules of this test", hint)
    found.refuse_if_broken()
    contains = found.values.get("contains", found.values.get("because", ()))
    return Wanted(
        rule=found[expect.RULE],
        span=node.span,
        at=at,
        facts={fact: str(found.values[fact]) for fact in _FACTS if fact in found.values},
        to=found.get(expect.DRAFT_TO),
        contains=cast("tuple[str, ...]", contains),
    )


def _outside(at: DayTime, over: Days, node: Node) -> tuple[str, str] | None:
    """Message and hint about a time that can never be found in the days that are judged."""
    if at.days is None:
        if over[0] == over[1]:
            return None
        hint = f"such as `{over[0]} {scalar(node).text.strip()}`"
        return "the time has no day, and `over` is more than one day", hint
    if over[0] <= at.days[0] <= over[1]:
        return None
    return f"{at.days[0]} is not in `over`, so it is never judged", "widen `over`, or correct the date"


# ---------------------------------------------------------------- reading lists


def _require(found: Found, what: str, names: tuple[str, ...], example: str) -> None:
    """Reports the keys of `names` that are missing, all in one."""
    if missing := [name for name in names if found.lacks(name)]:
        found.report(found.node, "missing-key", f"{what} needs {listed(missing, 'and')}", f"such as `{example}`")


def _take(found: Found, read: Callable[[], T]) -> T | None:
    """What `read` gives; its problems become those of `found`."""
    try:
        return read()
    except Refused as refused:
        found.broken = True
        found.problems.extend(refused.problems)
        return None


def _each(node: Node, name: str, read: Callable[[Node], T]) -> tuple[T, ...]:
    """The items of a list (a mapping alone is a list of one), all their problems at once."""
    if isinstance(node, Scalar):
        refuse(node, "wrong-type", f"`{name}` has to be a list, not text")
    return _all(read, items(node))


def _all(read: Callable[[S], T], entries: Iterable[S]) -> tuple[T, ...]:
    found: list[T] = []
    problems: list[Diagnostic] = []
    failed = False
    for entry in entries:
        try:
            found.append(read(entry))
        except Refused as refused:
            failed = True
            problems.extend(refused.problems)
            if len(problems) >= MANY:
                break
    if failed:
        raise Refused(problems)
    return tuple(found)
