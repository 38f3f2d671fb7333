"""A draft as a mail (RFC 5322, MIME). Called by every mail provider when it saves one.

Whatever stands in a title, a name or an address, the mail is well formed; the same draft always has the same bytes.
"""

from __future__ import annotations

import binascii
import re
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from agendad.model.identity import draft_digest, message_id
from agendad.providers.mime.names import (
    DIGEST,
    HTML_DIGEST,
    KEY,
    RULE,
    ascii_address,
    header_text,
    readable_address,
    whole_characters,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agendad.model.mail import Address, MailDraft

_LINE: Final = 76
_LONGEST_LINE: Final = 900  # RFC 5322, 2.1.1: at most 998 octets
_LONGEST_NAME: Final = 100
_MOST_REFERENCES: Final = 20
_BOUNDARY: Final = "=_agendad"  # RFC 2045, 6.7: `=_` is never in quoted-printable, nor in base64

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NEWLINES = re.compile(r"\r\n?")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # what a phrase holds without quotes, RFC 5322, 3.2.3
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x20\x7f-\x9f\ud800-\udfff]{1,900}>")
_UNQUOTED: Final = "!\"#$&'()*+,/:;<=>?@[\\]^`{|}~"  # printable ASCII without the percent sign

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~\x80-\U0010ffff-]+(\.[\w!#$%&'*+/=?^`{|}~\x80-\U0010ffff-]+)*")
_LABEL = re.compile(r"(?!-)[\w\x80-\U0010ffff-]+(?<!-)")


def compose(draft: MailDraft) -> bytes:
    """The whole mail, with CRLF line ends and its Bcc.

    Addresses that are not `deliverable` are left out. Names longer than 100 characters are cut. Only an address whose
    local part is not ASCII stands in UTF-8 (RFC 6532); everything else is encoded.
    """
    subject = header_text(draft.subject)
    recipients = {name: _deliverable(group) for name, group in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc))}
    emails = [readable_address(one.email) for group in recipients.values() for one in group]
    text, html = body_text(draft.text), body_text(draft.html)
    lines = [
        f"Date: {format_datetime(draft.at)}",
        *_addresses("From", _deliverable([draft.sender])),
        *(line for name, group in recipients.items() for line in _addresses(name, group)),
        f"Subject: {_unstructured('Subject', subject)}",
        f"Message-ID: {message_id(draft.key)}",
        *_thread(draft.in_reply_to, draft.references),
        f"{KEY}: {token(draft.key)}",
        f"{RULE}: {token(draft.rule)}",
        f"{DIGEST}: {draft_digest(subject, emails, text)}",
        f"{HTML_DIGEST}: {html_digest(html)}",
        *([f"Content-Language: {draft.language}"] if _LANGUAGE.fullmatch(draft.language) else []),
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + _bodies(text, html)


def deliverable(email: str) -> bool:
    """Whether mail can be addressed so: a dot-atom, `@` and a domain name, in any script (RFC 5321, RFC 6531).

    Quoted local parts, address literals and what looks like an encoded word are legal and left out: hardly anybody has
    one, and programs read them differently.
    """
    if not email.isprintable() or "=?" in email:
        return False
    local, _, domain = ascii_address(email).rpartition("@")
    fits = len(local.encode()) <= 64 and len(domain.encode()) <= 253
    return fits and bool(_LOCAL.fullmatch(local)) and all(map(_is_label, domain.split(".")))


def body_text(value: str) -> str:
    """Lines that end in `\\n`, without control characters but the tabulator; never without a line end at its end."""
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", whole_characters(value))).lstrip("\ufeff")
    return text if text.endswith("\n") or not text else text + "\n"


def html_digest(html: str) -> str:
    """What tells that the HTML part was changed, while the plain one was not."""
    return draft_digest("", (), html)


def token(value: str) -> str:
    """Any text as printable ASCII without spaces: percent-encoded where it is not (RFC 3986), folded when very long.

    `untoken` in `reading.py` reads it back exactly.
    """
    quoted = quote(value, safe=_UNQUOTED)
    return "\r\n ".join(quoted[at : at + _LONGEST_LINE] for at in range(0, len(quoted), _LONGEST_LINE))


def _is_label(label: str) -> bool:
    return len(label.encode()) <= 63 and _LABEL.fullmatch(label) is not None


def _deliverable(addresses: Iterable[Address]) -> list[Address]:
    return [one for one in addresses if deliverable(one.email)]


def _addresses(name: str, addresses: Sequence[Address]) -> Iterator[str]:
    """The header, one address a line; none without addresses."""
    if addresses:
        yield f"{name}: " + ",\r\n ".join(map(_mailbox, addresses))


def _mailbox(address: Address) -> str:
    email = ascii_address(address.email)
    name = header_text(address.name)
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1].rstrip() + "…"
    if not name:
        return email
    phrase = _phrase(name)
    taken = len(phrase) - phrase.rfind("\n") + len("From: ")
    return f"{phrase} <{email}>" if taken + len(email) < _LINE else f"{phrase}\r\n <{email}>"


def _phrase(name: str) -> str:
    """A display name: atoms, a quoted string or encoded words."""
    if not name.isascii() or "=?" in name:
        return _encoded("From", name)
    return name if _ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _unstructured(header: str, text: str) -> str:
    if text.isascii() and "=?" not in text:
        if len(text) + len(header) + 2 <= _LINE + 2:
            return text
        if max(map(len, text.split(" "))) < _LINE:
            return _folded(text, len(header) + 2)
    return _encoded(header, text)


def _folded(text: str, taken: int) -> str:
    """Plain text with line breaks before words; `taken` is the length of what stands before it."""
    lines, length = [""], taken
    for word in text.split(" "):
        if length + len(word) > _LINE and lines[-1]:
            lines.append("")
            length = 0
        lines[-1] += f" {word}" if lines[-1] else word
        length += len(word) + 1
    return "\r\n ".join(lines)


def _encoded(header: str, text: str) -> str:
    """Encoded words (RFC 2047), each whole characters."""
    return Header(text, "utf-8", maxlinelen=_LINE, header_name=header).encode(linesep="\r\n")


def _thread(reply_to: str, references: Sequence[str]) -> Iterator[str]:
    """In-Reply-To and References (RFC 5322, 3.6.4); of a very long thread the first mail and the newest."""
    known = [one for one in references if _MESSAGE_ID.fullmatch(one)]
    if _MESSAGE_ID.fullmatch(reply_to):
        yield f"In-Reply-To: {reply_to}"
        known = [*(one for one in known if one != reply_to), reply_to]
    if len(known) > _MOST_REFERENCES:
        known = [known[0], *known[1 - _MOST_REFERENCES :]]
    if known:
        yield "References: " + "\r\n ".join(known)


def _bodies(text: str, html: str) -> bytes:
    """The header of the content and the content: both parts, or the plain one alone where there is no HTML."""
    if not html:
        return _part("plain", text)
    parts = b"".join(
        f"--{_BOUNDARY}\r\n".encode() + _part(subtype, content) + b"\r\n"
        for subtype, content in (("plain", text), ("html", html))
    )
    head = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    return head.encode() + parts + f"--{_BOUNDARY}--\r\n".encode()


def _part(subtype: str, content: str) -> bytes:
    data = content.replace("\n", "\r\n").encode()
    encoding, encoded = "quoted-printable", binascii.b2a_qp(data)
    if len(encoded) > len(data) * 3 // 2 + _LINE:  # a script other than Latin
        encoding, encoded = "base64", _base64(data)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + encoded


def _base64(data: bytes) -> bytes:
    step = _LINE * 3 // 4
    lines = (binascii.b2a_base64(data[at : at + step], newline=False) for at in range(0, len(data), step))
    return b"".join(line + b"\r\n" for line in lines)
