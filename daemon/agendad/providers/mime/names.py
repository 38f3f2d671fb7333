"""What writing and reading a mail must agree on: the headers of our own, and one form of each address."""

from __future__ import annotations

from typing import Final

KEY: Final = "X-Agendad-Key"
RULE: Final = "X-Agendad-Rule"
DIGEST: Final = "X-Agendad-Digest"
HTML_DIGEST: Final = "X-Agendad-Html-Digest"

_LONGEST_DOMAIN: Final = 253


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
