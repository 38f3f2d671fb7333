"""Rules that are written from model values are read back as the same values: drafts, people, states, targets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.model.rule import (
    Draft,
    ForEach,
    Hours,
    Letter,
    NoneIn,
    Party,
    PeriodUnit,
    Recipient,
    Rule,
    Selector,
    Share,
    TimeSpan,
    When,
    With,
)
from agendad.rules.load import load_rule_text

if TYPE_CHECKING:
    from collections.abc import Iterable

TEMPLATES = Path(__file__).parents[3] / "templates" / "starter"
TEMPLATE = "weekly-review.md.j2"
MEETING = Selector(meeting=("any",))

RESERVED: frozenset[str] = frozenset(
    {
        *("organizer", "attendees", "person", "me", "organiser", "host", "owner", "attendee", "guests", "participants"),
        *("invitees", "all", "everyone", "everybody", "external", "externals", "myself", "self", "people", "persons"),
        *("recipient", "external-attendees"),
    }
)
"""Words that mean something else than a person's id, or are taken for a slip."""

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True).filter(lambda name: name not in RESERVED)
ADDRESSES = st.tuples(NAMES, NAMES).map(lambda parts: f"{parts[0]}@{parts[1]}.example")
RECIPIENTS = st.one_of(
    st.sampled_from(
        [
            Recipient("organizer"),
            Recipient("attendees"),
            Recipient("external attendees"),
            Recipient("person"),
            Recipient("me"),
        ]
    ),
    NAMES.map(lambda name: Recipient("party", Party("person", name))),
    NAMES.map(lambda name: Recipient("party", Party("group", name))),
    ADDRESSES.map(lambda address: Recipient("party", Party("address", address))),
)
PEOPLE = st.lists(RECIPIENTS, max_size=4, unique=True).map(tuple)


def only(text: str) -> Rule:
    """The only rule of a file without problems, given by what follows its id."""
    loaded = load_rule_text(f"version: 1\nrules:\n  it:\n{text}", template_dirs=[TEMPLATES])
    assert loaded.diagnostics == ()
    (rule,) = loaded.rules
    return rule


def word(recipient: Recipient) -> str:
    """How a recipient is written."""
    if recipient.party is None:
        return recipient.kind
    return ("group:" if recipient.party.kind == "group" else "") + recipient.party.value


def written(key: str, recipients: Iterable[Recipient], *, in_a_list: bool) -> str:
    """A key with recipients, as a list or with commas between them."""
    words = [word(each) for each in recipients]
    value = "[" + ", ".join(f'"{each}"' for each in words) + "]" if in_a_list else ", ".join(words)
    return f"    {key}: {value}\n" if words else ""


@settings(max_examples=60, deadline=None)
@given(PEOPLE, PEOPLE, PEOPLE, st.booleans(), st.fixed_dictionaries({}, optional={
    "hold_until": st.just("working hours"),
    "if_late": st.sampled_from(["make", "drop"]),
    "unless": st.sampled_from(["mailed", "never"]),
    "thread": st.sampled_from(["auto", "new"]),
    "label": st.sampled_from(["A", "Suivi / clients", "12:30", "no"]),
}))  # fmt: skip
def test_a_letter_is_read_back(
    to: tuple[Recipient, ...],
    cc: tuple[Recipient, ...],
    bcc: tuple[Recipient, ...],
    in_a_list: bool,
    other: dict[str, str],
) -> None:
    keys = {"to": to, "cc": cc, "bcc": bcc}
    text = f"    draft: {TEMPLATE}\n    after: {{meeting: any}}\n    within: 2h\n    each: person\n"
    text += "".join(written(key, people, in_a_list=in_a_list) for key, people in keys.items())
    text += "".join(f"    {key}: {value}\n" for key, value in other.items())
    verb = only(text).verb
    assert isinstance(verb, Draft)
    letter = verb.letter
    assert set(letter.variants) == set(letter.paths) == {"", "fr"}
    assert letter == Letter(
        TEMPLATE,
        letter.variants,
        letter.paths,
        *(to, cc, bcc),
        each_person=True,
        hold_until_working_hours="hold_until" in other,
        drop_if_late=other.get("if_late") == "drop",
        unless_mailed={"mailed": True, "never": False}.get(other.get("unless", "")),
        new_thread=other.get("thread") == "new",
        label=other.get("label", ""),
    )


PARTIES = st.tuples(
    st.lists(NAMES, max_size=3, unique=True),
    st.lists(st.integers(1, 99), max_size=3, unique=True),
    st.lists(NAMES, max_size=3, unique=True),
).filter(any)


@settings(max_examples=50, deadline=None)
@given(PARTIES, st.integers(1, 20), st.sampled_from(["least-recent", "round-robin", "random"]), st.integers(1, 99))
def test_chosen_people_are_read_back(
    named: tuple[list[str], list[int], list[str]], pick: int, rotate: str, at_most: int
) -> None:
    groups, tiers, persons = named[0], [str(tier) for tier in named[1]], named[2]
    parties = (
        *(Party("group", name) for name in groups),
        *(Party("tier", name) for name in tiers),
        *(Party("person", name) for name in persons),
    )
    kinds = {"group": groups, "tier": tiers, "person": persons}
    keys = ", ".join(f"{kind}: [{', '.join(names)}]" for kind, names in kinds.items() if names)
    start = "    block: A\n    every: month\n    lasts: 30m\n"
    company = only(f"{start}    with: {{{keys}, pick: {pick}, rotate: {rotate}}}\n").company
    assert company is not None
    assert (company.parties, company.pick, company.rotate) == (parties, pick, rotate)
    for_each = only(f"{start}    for_each: {{{keys}}}\n    at_most: {at_most} per day\n").for_each
    assert for_each == ForEach(parties, at_most)


SPANS = st.one_of(
    st.integers(1, 731).map(lambda days: (f"{days}d", TimeSpan(days=days))),
    st.sampled_from(PeriodUnit).map(lambda unit: (unit.value, TimeSpan(period=unit))),
)


def when(state: str, again: int) -> object:
    """The trigger of a rule with this state."""
    weeks = "1 week" if again == 1 else f"{again} weeks"
    return only(f"    block: A\n    when: {state}\n    lasts: 30m\n    again: {weeks}\n").trigger


@settings(max_examples=50, deadline=None)
@given(SPANS, st.integers(1, 1000), st.booleans(), st.booleans(), st.integers(1, 104))
def test_a_state_is_read_back(span: tuple[str, TimeSpan], bound: int, above: bool, of: bool, again: int) -> None:
    key = "above" if above else "below"
    percent, minutes = bound / 10, f"{bound // 60}h{bound % 60}m"
    whole = ", of: {meeting: any}" if of else ""
    share = when(f"{{share: {{meeting: any}}{whole}, in: {span[0]}, {key}: {percent}%}}", again)
    above_below = (percent, None) if above else (None, percent)
    assert share == When(Share(MEETING, MEETING if of else None, span[1], *above_below), again=again * 7)
    hours = when(f"{{hours: {{meeting: any}}, in: {span[0]}, {key}: {minutes}}}", again)
    bounds = (bound, None) if above else (None, bound)
    assert hours == When(Hours(MEETING, span[1], *bounds), again=again * 7)
    if span[1].days:
        assert when(f"{{none: {{meeting: any}}, in: {span[0]}}}", again) == When(
            NoneIn(MEETING, span[1].days), again=again * 7
        )


def test_two_ways_of_saying_with_are_the_same() -> None:
    one = only("    block: A\n    every: week\n    lasts: 1h\n    with: {group: 'team, board'}\n")
    other = only("    block: A\n    every: week\n    lasts: 1h\n    with: {group: [team, board]}\n")
    assert one.company == other.company == With((Party("group", "team"), Party("group", "board")))
