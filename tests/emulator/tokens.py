"""OAuth: consent, refresh tokens, service accounts, and the access tokens that every call carries."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from emulator.wire import Json, Refused, Reply, dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from emulator.wire import Request

CLIENT_ID: Final = "1234567890-emulator.apps.googleusercontent.com"
CLIENT_SECRET: Final = "GOCSPX-emulator"  # noqa: S105 - opens nothing but the emulator
LIFETIME: Final = 3600
_PREFIX: Final = "https://www.googleapis.com/auth/"
_JWT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


class TokenRefused(Exception):
    """An error of the token endpoint: `error` is OAuth's code such as `invalid_grant`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token opens, and until when."""

    email: str
    scopes: frozenset[str]
    until: datetime


@dataclass(frozen=True, slots=True)
class _Code:
    email: str
    scopes: frozenset[str]
    redirect: str
    challenge: str


@dataclass(slots=True)
class Consent:
    """What the person does on the consent page: who they are, and which of the scopes they leave unticked."""

    email: str = ""
    declined: frozenset[str] = frozenset()
    denied: bool = False


@dataclass(slots=True)
class Tokens:
    """All credentials of the emulated world."""

    now: Callable[[], datetime]
    consent: Consent = field(default_factory=Consent)
    _access: dict[str, Access] = field(default_factory=dict)
    _refresh: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _services: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    _made: int = 0

    def access(self, email: str, scopes: Iterable[str], lifetime: int = LIFETIME) -> str:
        """A new access token."""
        self._made += 1
        text = f"ya29.emulator-{self._made}"
        self._access[text] = Access(email, expanded(scopes), self.now() + timedelta(seconds=lifetime))
        return text

    def opened(self, headers: Mapping[str, str]) -> Access:
        """What the token of a request opens; 401 when there is none, or it is unknown or expired."""
        scheme, _, text = headers.get("authorization", "").partition(" ")
        found = self._access.get(text) if scheme.lower() == "bearer" else None
        if found is None or self.now() >= found.until:
            head = {"www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
            raise Refused(401, "authError", "Invalid Credentials", head)
        return found

    def expire(self, headers: Mapping[str, str] | None = None) -> None:
        """Ends one access token before its time, or all of them."""
        if headers is None:
            self._access.clear()
        else:
            self._access.pop(headers.get("authorization", "").partition(" ")[2], None)

    def grant(self, email: str, scopes: Iterable[str]) -> Json:
        """An authorized-user file with a new refresh token."""
        granted = expanded(scopes)
        self._made += 1
        token = f"1//emulator-{self._made}"
        self._refresh[token] = (email, granted)
        return {
            "type": "authorized_user",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": token,
            "scopes": sorted(granted),
            "universe_domain": "googleapis.com",
            "account": email,
        }

    def revoke(self, email: str) -> None:
        """Ends every refresh and access token of a person: refreshes get `invalid_grant` from now on."""
        self._refresh = {token: entry for token, entry in self._refresh.items() if entry[0] != email}
        self._access = {token: entry for token, entry in self._access.items() if entry.email != email}

    def service_account(self, name: str, delegated: Mapping[str, Iterable[str]]) -> Json:
        """A service-account file; `delegated` are the scopes it may use for each person."""
        email = f"{name}@emulator.iam.gserviceaccount.com"
        self._services[email] = {subject: expanded(scopes) for subject, scopes in delegated.items()}
        return {
            "type": "service_account",
            "project_id": "emulator",
            "private_key_id": "emulator-key",
            "private_key": _key_pem(),
            "client_email": email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": "https://oauth2.googleapis.com/token",
            "universe_domain": "googleapis.com",
        }

    def token(self, request: Request) -> Reply:
        """POST /token."""
        if request.method != "POST":
            return _json(405, {"error": "invalid_request"})
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        kinds = {"refresh_token": self._refreshed, _JWT: self._asserted, "authorization_code": self._exchanged}
        try:
            return _json(200, kinds.get(form.get("grant_type", ""), _unsupported)(form))
        except TokenRefused as refused:
            return _json(refused.status, {"error": refused.error, "error_description": refused.description})

    def consented(self, query: str) -> Reply:
        """GET of the consent page: the person agrees at once and is sent back to the loopback address."""
        form = dict(parse_qsl(query, keep_blank_values=True))
        target = urlsplit(form.get("redirect_uri", ""))
        wrong = (
            form.get("client_id") != CLIENT_ID
            or form.get("response_type") != "code"
            or target.scheme != "http"
            or target.hostname not in _LOOPBACK
            or not form.get("scope")
            or form.get("code_challenge_method", "S256") not in {"S256", "plain"}
        )
        if wrong:
            return Reply(400, {"content-type": "text/html"}, b"Error 400: invalid_request")
        answer = {"state": form["state"]} if "state" in form else {}
        if self.consent.denied:
            return Reply(302, {"location": f"{form['redirect_uri']}?{urlencode(answer | {'error': 'access_denied'})}"})
        scopes = expanded(form["scope"].split()) - expanded(self.consent.declined)
        self._made += 1
        code = f"4/emulator-{self._made}"
        challenge = form.get("code_challenge", "") and f"{form.get('code_challenge_method')} {form['code_challenge']}"
        self._codes[code] = _Code(self.consent.email, scopes, form["redirect_uri"], challenge)
        answer |= {"code": code, "scope": " ".join(sorted(scopes))}
        return Reply(302, {"location": f"{form['redirect_uri']}?{urlencode(answer)}"})

    def _refreshed(self, form: Json) -> Json:
        _client(form)
        entry = self._refresh.get(form.get("refresh_token", ""))
        if entry is None:
            raise TokenRefused("invalid_grant", "Token has been expired or revoked.")
        email, scopes = entry
        asked = expanded(form["scope"].split()) if form.get("scope") else scopes
        if not asked <= scopes:
            raise TokenRefused("invalid_scope", "Some requested scopes were not granted.")
        return self._issued(email, asked)

    def _exchanged(self, form: Json) -> Json:
        _client(form)
        code = self._codes.pop(form.get("code", ""), None)
        if code is None:
            raise TokenRefused("invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != code.redirect:
            raise TokenRefused("redirect_uri_mismatch", "Bad Request")
        verifier = form.get("code_verifier", "")
        hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if code.challenge and code.challenge not in {f"S256 {hashed}", f"plain {verifier}"}:
            raise TokenRefused("invalid_grant", "Invalid code verifier.")
        refresh = self.grant(code.email, code.scopes)["refresh_token"]
        return self._issued(code.email, code.scopes) | {"refresh_token": refresh}

    def _asserted(self, form: Json) -> Json:
        claims = _verified(form.get("assertion", ""))
        delegated = self._services.get(claims.get("iss", ""))
        if delegated is None:
            raise TokenRefused("invalid_grant", "Invalid grant: account not found")
        if urlsplit(claims.get("aud", "")).path != "/token":
            raise TokenRefused("invalid_grant", "Invalid JWT: Failed audience check.")
        if not 0 < claims.get("exp", 0) - claims.get("iat", 0) <= LIFETIME:
            raise TokenRefused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes).")
        subject, scopes = claims.get("sub", ""), expanded(claims.get("scope", "").split())
        if subject not in delegated or not scopes or not scopes <= delegated[subject]:
            message = "Client is unauthorized to retrieve access tokens using this method, or client not authorized"
            raise TokenRefused("unauthorized_client", f"{message} for any of the scopes requested.", 401)
        return self._issued(subject, scopes)

    def _issued(self, email: str, scopes: frozenset[str]) -> Json:
        return {
            "access_token": self.access(email, scopes),
            "expires_in": LIFETIME - 1,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }


def expanded(scopes: Iterable[str]) -> frozenset[str]:
    """Scopes as URLs; short names such as `calendar.events` are written out."""
    return frozenset(name if name.startswith("https://") else _PREFIX + name for name in scopes)


def client_file(endpoint: str = "") -> Json:
    """The JSON of an installed app, as the Google console gives it; its addresses are on `endpoint`."""
    return {
        "installed": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "project_id": "emulator",
            "auth_uri": f"{endpoint or 'https://accounts.google.com'}/o/oauth2/auth",
            "token_uri": f"{endpoint or 'https://oauth2.googleapis.com'}/token",
            "redirect_uris": ["http://localhost"],
        }
    }


@cache
def _private_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _key_pem() -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = _private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def _verified(assertion: str) -> Json:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        head, claims, signature = (_base64(part) for part in assertion.split("."))
        signed = assertion.rpartition(".")[0].encode()
        if json.loads(head).get("alg") != "RS256":
            raise TokenRefused("invalid_grant", "Invalid JWT: alg must be RS256.")
        _private_key().public_key().verify(signature, signed, PKCS1v15(), SHA256())
        found: Json = json.loads(claims)
    except (ValueError, InvalidSignature):
        raise TokenRefused("invalid_grant", "Invalid JWT Signature.") from None
    return found


def _base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _unsupported(form: Json) -> Json:
    raise TokenRefused("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")


def _client(form: Json) -> None:
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
        raise TokenRefused("invalid_client", "The OAuth client was not found.", 401)


def _json(status: int, value: Json) -> Reply:
    return Reply(status, {"content-type": "application/json; charset=utf-8"}, dumps(value).encode())
