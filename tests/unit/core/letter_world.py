"""A week with a mailbox in memory: drafts are made as `apply` makes them, the person sends, edits and deletes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from engine_world import BOB, EVE, MONDAY, PARIS, Week
from engine_world import event as an_event

from agendad.core.mailhands import MailHands, mail_hands
from agendad.core.trace import sentences
from agendad.model.identity import message_id
from agendad.model.mail import MadeDraft, Message, StandingDraft
from agendad.model.memory import Decisions, Memory
from agendad.model.rule import Every, Rule
from agendad.model.settings import People, Person
from agendad.ports import MailSnapshot
from agendad.rules.load import load_rule_text

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from agendad.core.situation import Situation
    from agendad.model.calendar import Event
    from agendad.model.plan import DesiredDraft

TEMPLATES = Path(__file__).parent / "templates"
EARLIER = MONDAY - timedelta(days=100)

GRACE = Person("grace", "Grace Hopper", ("grace@example.com",), frozenset({"team"}), tier=1, language="en")
ALAN = Person("alan", "Alan Turing", ("alan@example.com", "at@home.org"), frozenset({"team"}), tier=1)
CLAIRE = Person("claire", "Claire Dupont", ("claire@other.org",), frozenset({"customers"}), tier=2, language="fr")
NETWORK = People({person.id: person for person in (GRACE, ALAN, CLAIRE)}, frozenset({"team", "customers"}))

__all__ = [
    "ALAN",
    "BOB",
    "CLAIRE",
    "EARLIER",
    "EVE",
    "GRACE",
    "MONDAY",
    "NETWORK",
    "PARIS",
    "Desk",
    "an_event",
    "rule",
    "rules",
]


def rules(**named: tuple[str, ...]) -> tuple[Rule, ...]:
    """Rules from their lines, by id; every problem but a warning fails the test."""
    body = "".join(f"  {name}:\n" + "".join(f"    {line}\n" for line in lines) for name, lines in named.items())
    loaded = load_rule_text(f"version: 1\ntimezone: Europe/Paris\nrules:\n{body}", template_dirs=[TEMPLATES])
    assert not loaded.has_errors, [each.message for each in loaded.diagnostics]
    return loaded.rules


def rule(*lines: str) -> Rule:
    """One rule, called `r`."""
    (found,) = rules(r=lines)
    return found


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    """`2026-11-24 16:30` in Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@dataclass
class Desk(Week):
    """A calendar and a mailbox; `box` are the own drafts that lie in Drafts.

    Rules have been known for a hundred days, those with `every:` since Monday: nothing of them was missed.
    """

    people: People = NETWORK
    decisions: Decisions = field(default_factory=Decisions)
    messages: tuple[Message, ...] = ()
    box: dict[str, StandingDraft] = field(default_factory=dict)
    made: dict[str, MadeDraft] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.decisions.first_days:
            known = {r.id: MONDAY if isinstance(r.trigger, Every) else EARLIER for r in self.rules}
            self.decisions = replace(self.decisions, first_days=known)

    def mail(self) -> MailHands:
        snapshot = MailSnapshot(self.messages, tuple(self.box[key] for key in sorted(self.box)))
        return mail_hands(snapshot, Memory(decisions=self.decisions, drafts=self.made), self.now)

    def situation(self) -> Situation:
        return replace(super().situation(), mailbox=self.mail().mailbox, episodes=self.decisions.episodes)

    def drafts(self, rule: str = "") -> tuple[DesiredDraft, ...]:
        """The drafts that are wanted."""
        return tuple(each for each in self.decide().drafts.desired if rule in {"", each.rule.id})

    def due(self, rule: str = "") -> dict[str, str]:
        """When each draft that is not made yet is due, by key."""
        return {
            each.key: f"{each.due.astimezone(PARIS):%Y-%m-%d %H:%M}" + (" late" if each.late else "")
            for each in self.drafts(rule)
            if each.state != "written"
        }

    def only(self) -> DesiredDraft:
        (draft,) = self.drafts()
        return draft

    def reasons(self) -> dict[str, str]:
        """The last sentence of each key that has no draft."""
        return {each.key: sentences(each.why)[-1] for each in self.decide().drafts.skipped}

    def run(self, now: str | datetime = "") -> list[str]:
        """One cycle, at an instant; gives the keys that were drafted (`+`) and taken away (`-`)."""
        if now:
            self.now = at(now) if isinstance(now, str) else now
        decision, seen = self.decide(), self.mail()
        self.cycle()
        self.made = {**seen.mailbox.made}
        self.decisions = replace(self.decisions, drafts=dict(seen.mailbox.gone), episodes=dict(decision.episodes))
        done = []
        for draft in decision.drafts.desired:
            if draft.state == "due":
                addresses = tuple(each.email.lower() for each in (*draft.to, *draft.cc, *draft.bcc))
                self.box[draft.key] = StandingDraft(
                    draft.key, draft.rule.id, message_id(draft.key), f"S {draft.key}", addresses, "d", False, self.now
                )
                ends = draft.event.fields.end if draft.event else None
                self.made[draft.key] = MadeDraft(
                    draft.key,
                    draft.rule.id,
                    message_id(draft.key),
                    "d",
                    f"S {draft.key}",
                    addresses,
                    draft.due,
                    self.now,
                    "made",
                    ends if isinstance(ends, datetime) else None,
                )
                done.append(f"+{draft.key}")
        for each in decision.drafts.withdrawals:
            del self.box[each.draft.key]
            self.made[each.draft.key] = replace(self.made[each.draft.key], status="withdrawn")
            done.append(f"-{each.draft.key}")
        return done

    # ------------------------------------------------------------ the person

    def write(self, when: str, *to: str, subject: str = "Hello", **more: object) -> Message:
        """The person sends a mail of their own."""
        message = Message(at(when).astimezone(UTC), "ada@example.com", to, subject, f"<{when}@x>", sent=True, **more)
        self.messages = tuple(sorted((*self.messages, message), key=lambda each: each.at))
        return message

    def send(self, made: str, when: str = "", **changed: object) -> None:
        """The person sends a draft."""
        draft = self.box.pop(made)
        moment = at(when) if when else self.now
        message = Message(moment, "ada@example.com", draft.recipients, draft.subject, draft.message_id, (), True, made)
        self.messages = (*self.messages, replace(message, **changed))

    def edit_draft(self, key: str) -> None:
        self.box[key] = replace(self.box[key], edited=True)

    def discard(self, key: str) -> None:
        """The person deletes a draft."""
        del self.box[key]

    def cancel(self, event: Event) -> None:
        self.events = tuple(each for each in self.events if each is not event)

    def forget(self) -> None:
        """The ledger is lost."""
        self.made = {}
