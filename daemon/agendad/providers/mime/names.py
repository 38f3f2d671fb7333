"""What writing and reading a mail must agree on: the headers of our own, and one form of each text and address."""

from __future__ import annotations

import re
from typing import Final

KEY: Final = "X-Agendad-Key"
RULE: Final = "X-Agendad-Rule"
DIGEST: Final = "X-Agendad-Digest"
HTML_DIGEST: Final = "X-Agendad-Html-Digest"

_LONGEST_DOMAIN: Final = 253
_GAPS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_REORDERING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def header_text(value: str) -> str:
    """One line of text: control characters and line breaks of any kind become a space, bidi overrides vanish."""
    return _GAPS.sub(" ", _REORDERING.sub("", whole_characters(value))).strip()


def whole_characters(value: str) -> str:
    """The text with a replacement character for each half of a surrogate pair that stands alone."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def ascii_address(email: str) -> str:
    """The address with its domain as it is looked up (RFC 5890), where the codec gives back the same name.

    Python's codec follows the older standard, which takes a few letters for others (ß for ss): another domain. Such a
    domain stays as it is.
    """
    local, at, domain = email.rpartition("@")
    if domain.isascii() or len(domain) > _LONGEST_DOMAIN:
        return email
    try:
        host = domain.encode("idna").decode("ascii")
        return f"{local}{at}{host}" if host.encode().decode("idna") == domain.lower() else email
    except UnicodeError:
        return email


def readable_address(email: str) -> str:
    """The address in lower case, as a person writes its domain."""
    local, at, domain = email.lower().rpartition("@")
    if "xn--" in domain and domain.isascii() and len(domain) <= _LONGEST_DOMAIN:
        try:
            readable = domain.encode().decode("idna")
        except UnicodeError:
            return f"{local}{at}{domain}"
        if ascii_address(f"@{readable}") == f"@{domain}":
            domain = readable
    return f"{local}{at}{domain}"
