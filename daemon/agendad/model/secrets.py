"""What gives access, and so is never shown: neither in a message to a person nor in a log."""

from __future__ import annotations

import re
from typing import Final

_SECRET: Final = re.compile(
    r"((?:access_token|refresh_token|id_token|client_secret|assertion|code|key|token)=)[^&\s\"']+"
    r"|((?:access_token|refresh_token|id_token|client_secret|private_key)[\"']\s*:\s*[\"'])[^\"']+"
    r"|((?i:bearer ))\S+|\b(?:ya29\.|1//|eyJ[\w-]+\.)\S+"
)
"""In an address or a form; in JSON; in a header; by itself: an access token, a refresh token, a JWT (RFC 7519)."""


def without_secrets(text: str) -> str:
    """The text with every token and key in it replaced by `***`: those of OAuth (RFC 6749), as Google makes them."""
    return _SECRET.sub(lambda found: f"{found[1] or found[2] or found[3] or ''}***", text)
