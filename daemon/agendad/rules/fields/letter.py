"""The fields that say what a draft is made of and whom it goes to (section 6 of the language)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from agendad.model.rule import Letter, Recipient
from agendad.rules.fields.common import STRING, list_or_one, words
from agendad.rules.fields.selector import ADDRESS, party
from agendad.rules.source import Refused
from agendad.rules.spelling import nearest
from agendad.rules.table import Field
from agendad.rules.values import comma_parts, refuse, scalar, shown, text, word_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from agendad.diagnostics import Diagnostic
    from agendad.rules.tree import Node, Scalar
    from agendad.rules.values import Reader

    Word = Literal["organizer", "attendees", "external attendees", "person", "me"]

SUFFIX: Final = ".md.j2"
_RECIPIENTS: Final[dict[str, Word]] = {
    "organizer": "organizer",
    "attendees": "attendees",
    "external attendees": "external attendees",
    "person": "person",
    "me": "me",
}
FROM_EVENT: Final = ("organizer", "attendees", "external attendees")
"""The recipients that only an event has."""

_ANY_RECIPIENT: Final = (
    "write `organizer`, `attendees`, `external attendees`, `person`, `me`, an address, a person's id or `group:NAME`"
)
_MEANT: Final = {
    **dict.fromkeys(("organiser", "host", "owner"), "organizer"),
    **dict.fromkeys(("attendee", "guests", "participants", "invitees", "all", "everyone", "everybody"), "attendees"),
    **dict.fromkeys(("external", "externals", "external-attendees", "external_attendees"), "external attendees"),
    **dict.fromkeys(("external guests", "external participants", "external attendee"), "external attendees"),
    **dict.fromkeys(("myself", "self"), "me"),
    **dict.fromkeys(("people", "persons", "recipient"), "person"),
}


def _template(node: Node) -> Letter:
    """The letter with the name of its template; `letters` finds the files and completes it."""
    name = scalar(node).text.strip()
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\0" in name:
        hint = f"write the name below it, such as `follow-up{SUFFIX}`"
        refuse(node, "bad-template", f"`{shown(name)}` is outside the templates folder", hint)
    if not pure.name.removesuffix(SUFFIX) or not name.endswith(SUFFIX):
        stem = name.partition(".")[0]
        meant = f"did you mean `{shown(stem)}{SUFFIX}`?" if stem and len(stem.split()) == 1 else ""
        hint = meant or f"such as `draft: follow-up{SUFFIX}`"
        refuse(node, "bad-template", f"the template of a draft is a file whose name ends with `{SUFFIX}`", hint)
    return Letter(name, {}, {})


def recipient(node: Scalar) -> Recipient:
    """One word of `to`, `cc` or `bcc`."""
    word = " ".join(node.text.split())
    if word in _RECIPIENTS:
        return Recipient(_RECIPIENTS[word])
    if word.startswith(("tier:", "*@", "@")):
        hint = "write `group:NAME`, an address or a person's id"
        refuse(node, "bad-recipient", f"`{shown(word)}` is not somebody to write to", hint)
    meant = _MEANT.get(word.casefold(), "")
    if not meant and "@" in word and not ADDRESS.fullmatch(word) and (bare := ADDRESS.search(word)):
        meant = bare.group()
    if not meant and " " in word and "@" not in word and (near := nearest(word, (*_RECIPIENTS, *_MEANT))):
        meant = _MEANT.get(near, near)
    hint = f"did you mean `{shown(meant)}`?" if meant else _ANY_RECIPIENT
    if meant or ("@" not in word and (" " in word or ":" in word.removeprefix("group:"))):
        refuse(node, "bad-recipient", f"`{shown(word)}` is no recipient that is known", hint)
    return Recipient("party", party(node))


def _recipients(node: Node) -> tuple[Recipient, ...]:
    """A word or a list of words; commas in one text separate."""
    found: dict[Recipient, None] = {}
    problems: list[Diagnostic] = []
    for part in comma_parts(node):
        try:
            found[recipient(part)] = None
        except Refused as refused:
            problems.extend(refused.problems)
    if problems:
        raise Refused(problems)
    return tuple(found)


def _label(node: Node) -> str:
    label = text(node).strip()
    if any(not char.isprintable() for char in label):
        refuse(node, "bad-value", "a label is one line of text", "such as `label: Follow-ups`")
    return label


def _to(name: str, means: str, example: str, *synonyms: str) -> Field[tuple[Recipient, ...]]:
    schema = list_or_one(STRING)
    return Field(name, _recipients, means, example, schema, synonyms=synonyms, verbs=("draft", "protect"))


def _choice(name: str, known: Mapping[str, str], means: str, synonyms: tuple[str, ...]) -> Field[str]:
    """A field that takes one of the `known` words, given with what people write in their place."""
    one_of: Reader[str] = word_of(*known)
    otherwise = {other: word for word, others in known.items() for other in others.split()}

    def read(node: Node) -> str:
        word = scalar(node).text.strip()
        if meant := otherwise.get(word.casefold()):
            refuse(node, "unknown-value", f"`{shown(word)}` is not known here", f"did you mean `{meant}`?")
        return one_of(node)

    example = next(iter(known))
    return Field(name, read, means, example, words(*known), synonyms=synonyms, verbs=("draft", "protect"))


DRAFT: Final = Field(
    "draft",
    _template,
    "puts a mail made from this template into Drafts, never sends it; beside `protect`, the reply to an invitation",
    "follow-up.md.j2",
    STRING,
    synonyms=("mail", "email", "template", "letter", "reply", "answer", "respond", "message", "write_to", "send"),
)
TO: Final = _to(
    "to",
    "whom it goes to: `organizer`, `attendees`, `external attendees`, `person`, `me`, an address, a person's id, "
    "`group:NAME`, or several of them",
    "external attendees",
    "recipients",
    "recipient",
    "send_to",
    "mail_to",
    "addressees",
    "addressee",
)
CC: Final = _to("cc", "who gets a copy, in the words of `to`", "[organizer, ada]", "copy", "copy_to", "carbon_copy")
BCC: Final = _to("bcc", "who gets a copy that the others do not see", "ada@example.org", "blind_copy", "hidden_copy")
EACH: Final = _choice(
    "each",
    {"person": "people attendee attendees recipient yes true"},
    "one draft a recipient instead of one for all",
    ("one_each", "per_person", "individually", "separately", "split_by"),
)
HOLD_UNTIL: Final = _choice(
    "hold_until",
    {"working hours": "working_hours working-hours morning tomorrow day yes true"},
    "a draft that is due at night or on a day off waits for the next working hours",
    ("hold_till", "wait_until", "wait_for", "not_before", "quiet_hours"),
)
IF_LATE: Final = _choice(
    "if_late",
    {"make": "keep create draft yes send anyway", "drop": "skip cancel no never delete ignore"},
    "whether a draft is still made after `within`, and marked late, or dropped",
    ("when_late", "late", "on_late", "if_overdue", "overdue"),
)
UNLESS: Final = _choice(
    "unless",
    {"mailed": "sent emailed written wrote replied answered", "never": "no none off false always"},
    "`mailed`, the default of `after`: nothing is drafted when the person has written to all recipients since; "
    "`never` always drafts",
    ("unless_mailed", "skip_if", "if_not", "except_if"),
)
THREAD: Final = _choice(
    "thread",
    {"auto": "reply same existing yes automatic true", "new": "no none fresh false"},
    "`auto` replies in the newest thread with the recipients about the event, under its subject; `new` starts one",
    ("conversation", "threading", "reply_in", "in_reply_to"),
)
LABEL: Final = Field(
    "label",
    _label,
    "the label or folder of the draft, where the provider has one",
    "Follow-ups",
    STRING,
    synonyms=("labels", "mailbox", "mail_folder"),
    verbs=("draft", "protect"),
)

LETTER: Final = (TO, CC, BCC, EACH, HOLD_UNTIL, IF_LATE, UNLESS, THREAD, LABEL)
