"""What the mailbox tells about one event: whether the person wrote already, and in which thread. For `followups.py`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from agendad.core.selectors import fold
from agendad.core.timeline import to_minutes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agendad.core.problem import Minutes
    from agendad.model.mail import MadeDraft, Message
    from agendad.model.settings import Person

_LEAST_TITLE: Final = 4
"""A title of fewer letters says nothing about what a mail is about."""


class Outbox:
    """The mails of a mailbox, oldest first; `book` tells whose each address is."""

    def __init__(self, messages: Sequence[Message], book: Mapping[str, Person]) -> None:
        self._messages = messages
        self._book = book
        self._sent: dict[str, list[Message]] = defaultdict(list)
        self._about: dict[tuple[str, frozenset[str]], Message | None] = {}
        for message in messages:
            if message.sent:
                for address in message.recipients:
                    self._sent[address].append(message)

    def wrote_all(
        self, addresses: Iterable[str], since: Minutes, until: Minutes, besides: MadeDraft | None = None
    ) -> bool:
        """Whether the person wrote to each of the addresses, or to another one of the same person, in a time.

        `besides` is a draft of ours that does not count when it was sent.
        """
        wanted = list(addresses)
        return bool(wanted) and all(
            any(
                since <= to_minutes(message.at) <= until and not _is(message, besides)
                for address in self._all_of(email)
                for message in self._sent.get(address, ())
            )
            for email in wanted
        )

    def about(self, title: str, addresses: Iterable[str]) -> Message | None:
        """The newest mail to or from the addresses whose subject holds the title of an event."""
        words = fold(" ".join(title.split()))
        if len(words) < _LEAST_TITLE:
            return None
        others = frozenset(addresses)
        if (words, others) not in self._about:
            self._about[words, others] = self._newest(words, others)
        return self._about[words, others]

    def _newest(self, words: str, others: frozenset[str]) -> Message | None:
        return next(
            (
                message
                for message in reversed(self._messages)
                if message.message_id
                and (others <= set(message.recipients) if message.sent else message.sender in others)
                and words in fold(" ".join(message.subject.split()))
            ),
            None,
        )

    def sent_as(self, row: MadeDraft) -> Message | None:
        """The mail that a draft of ours became when it was sent."""
        return next(
            (each for each in reversed(self._messages) if each.sent and each.message_id and _is(each, row)), None
        )

    def _all_of(self, email: str) -> tuple[str, ...]:
        person = self._book.get(email)
        return person.emails if person is not None else (email,)


def _is(message: Message, row: MadeDraft | None) -> bool:
    """Whether a sent mail is that draft: by its key, its Message-ID, or its words."""
    if row is None:
        return False
    alike = fold(message.subject) == fold(row.subject) and set(row.recipients) <= set(message.recipients)
    return message.key == row.key or message.message_id == row.message_id or alike
