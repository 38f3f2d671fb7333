"""Access to one Google account: from a credentials file to an access token, and what is remembered between two runs.

`transport.py` asks for the token before each request. Tokens are kept in the cache folder, readable by the owner alone,
so that a command does not cost a call to the token endpoint while one is valid; losing them costs one call. When Google
says that the access is no longer valid (`invalid_grant`), that is kept as well: it is final
(https://developers.google.com/identity/protocols/oauth2#expiration), and nothing is asked again until the file changes.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from agendad.errors import ProviderError
from agendad.providers.google.answers import Answer, Fate
from agendad.providers.google.scopes import MEANING, missing, short
from agendad.providers.google.secrets import Secret, read_secret, write_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from agendad.model.settings import GoogleAccess

AUDIENCE: Final = "https://oauth2.googleapis.com/token"
_EARLY: Final = timedelta(minutes=4)
"""A token is renewed so long before its end, as google-auth does."""
_HOUR: Final = timedelta(hours=1)
_RENEW: Final = "run `agendad auth google`"
_JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523, section 2.1


class Account:
    """The access of one person, or of a service account that acts for one. `key` names it in the names of files."""

    def __init__(self, access: GoogleAccess, scopes: Sequence[str], cache: Path | None) -> None:
        self._access = access
        self._scopes = tuple(scopes)
        self.key = _digest(str(access.credentials), access.subject, access.endpoint)
        self._file = None if cache is None else cache / f"google-{self.key}.json"
        self._kept: dict[str, Any] = self._load()

    @classmethod
    def from_file(cls, access: GoogleAccess, scopes: Sequence[str], cache: Path | None = None) -> Account:
        """The account of a credentials file, for the given scopes; `cache` is the folder in which tokens are kept.

        Raises ProviderError when the file cannot be used, or says that a scope was not granted.
        """
        account = cls(access, scopes, cache)
        if account._kept.get("owner") != account._owner(account.secret()):
            account._kept = {}
        return account

    def secret(self) -> Secret:
        """The credentials file as it is now; raises ProviderError as `from_file` does."""
        found = read_secret(self._access.credentials)
        if self._access.subject and not found.is_service:
            raise ProviderError(
                f"`subject` is for service accounts, and {found.path} is not one", hint="take `subject` out"
            )
        if found.granted:
            self._require(found.granted)
        return found

    def token(self, ask: Callable[[Mapping[str, str]], Answer], now: Callable[[], datetime]) -> str:
        """A valid access token; `ask` posts a form to the token endpoint. Raises ProviderError when there is none."""
        if self._valid(now()):
            return str(self._kept["token"])
        secret = self.secret()
        if self._kept.get("owner") == self._owner(secret) and (since := self._kept.get("refused")):
            raise ProviderError(f"Google access is withdrawn since {since}", hint=_RENEW)
        answer = ask(self._form(secret, now()))
        if answer.fate is not Fate.DONE:
            raise self._refusal(answer, secret, now())
        return self._accept(answer, secret, now())

    def renew(self, token: str) -> None:
        """Forgets an access token that was refused."""
        if self._kept.get("token") == token:
            del self._kept["token"]

    def _owner(self, secret: Secret) -> str:
        return _digest(secret.fingerprint)

    def _valid(self, now: datetime) -> bool:
        if not isinstance(self._kept.get("token"), str) or self._kept.get("scopes") != list(self._scopes):
            return False
        try:
            return datetime.fromisoformat(str(self._kept.get("until"))) - _EARLY > now
        except (TypeError, ValueError):
            return False

    def _form(self, secret: Secret, now: datetime) -> dict[str, str]:
        if secret.is_service:
            return {"grant_type": _JWT_GRANT, "assertion": self._assertion(secret, now)}
        names = ("client_id", "client_secret", "refresh_token")
        return {"grant_type": "refresh_token", **{name: str(secret.values[name]) for name in names}}

    def _assertion(self, secret: Secret, now: datetime) -> str:
        """https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests"""
        from google.auth import crypt, jwt

        try:
            signer = crypt.RSASigner.from_service_account_info(secret.values)  # type: ignore[no-untyped-call] # google-auth is not annotated here
        except (ValueError, TypeError):
            raise ProviderError(f"{secret.path} holds no usable private key", hint="make a new key for it") from None
        claims = {
            "iss": secret.values["client_email"],
            "scope": " ".join(self._scopes),
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + _HOUR).timestamp()),
        }
        if self._access.subject:
            claims["sub"] = self._access.subject
        signed: bytes = jwt.encode(signer, claims)  # type: ignore[no-untyped-call] # google-auth is not annotated here
        return signed.decode()

    def _accept(self, answer: Answer, secret: Secret, now: datetime) -> str:
        token, lasts = answer.body.get("access_token"), answer.body.get("expires_in")
        if not isinstance(token, str) or not isinstance(lasts, int):
            raise ProviderError("Google: the token endpoint does not answer as it should")
        if not secret.is_service and isinstance(granted := answer.body.get("scope"), str):
            self._require(granted.split())
        until = (now + timedelta(seconds=lasts)).isoformat()
        self._save({"owner": self._owner(secret), "scopes": list(self._scopes), "token": token, "until": until})
        return token

    def _refusal(self, answer: Answer, secret: Secret, now: datetime) -> ProviderError:
        if answer.reason == "invalid_grant" and secret.is_service:  # a wrong clock of ours is enough for it: not final
            return ProviderError(
                f"Google does not accept {secret.path}: {answer.message}",
                hint="is `subject` a person of the domain, the key still valid, the clock of this machine right?",
            )
        if answer.reason == "invalid_grant":
            self._save({"owner": self._owner(secret), "refused": now.isoformat(sep=" ", timespec="minutes")})
            return ProviderError(
                f"Google no longer accepts {secret.path}: {answer.message}",
                hint=f"{_RENEW}; nothing is lost, and nothing more is asked of Google until then",
            )
        if answer.reason == "unauthorized_client" and secret.is_service:
            scopes = ",".join(self._scopes)
            return ProviderError(
                f"Google: the service account may not act for `{self._access.subject}`: {answer.message}",
                hint=f"an administrator allows it under domain-wide delegation, for the scopes {scopes}",
            )
        hint = "" if answer.fate in {Fate.UNKNOWN, Fate.SLOW_DOWN} else _RENEW
        return ProviderError(f"Google gives no access: {answer.message}", hint=hint)

    def _require(self, granted: Sequence[str] | frozenset[str]) -> None:
        if lacking := missing(self._scopes, granted):
            purposes = "; ".join(f"`{short(scope)}` ({MEANING[scope]})" for scope in lacking)
            raise ProviderError(
                f"the Google account did not grant {purposes}",
                hint=f"{_RENEW} and tick every box",
            )

    def _load(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            found = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _save(self, kept: dict[str, Any]) -> None:
        self._kept = kept
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_secret(self._file, kept)
        except OSError:
            return  # the next run asks for a token again


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
