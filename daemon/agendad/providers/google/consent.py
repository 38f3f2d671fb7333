"""The consent of a person, once: a browser, a loopback address that the answer comes back to, PKCE. Called by `auth`.

https://developers.google.com/identity/protocols/oauth2/native-app. Pasting codes by hand is no longer possible, and the
flow for devices without a browser has no scope of Calendar or Gmail: from another machine, a port is forwarded.
"""

from __future__ import annotations

import contextlib
import json
import os
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import OAuth2Error
from requests import RequestException

from agendad.errors import ProviderError, UsageError
from agendad.providers.google.answers import scrubbed
from agendad.providers.google.scopes import MEANING, missing, short
from agendad.providers.google.transport import TOKEN_URL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

_CONSENT_URL: Final = "https://accounts.google.com/o/oauth2/auth"
_HOST: Final = "127.0.0.1"
_PATIENCE: Final = 600
_ADDRESS: Final = "\n\n    {url}\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person is asked for: `hint` is their address, `endpoint` as in the configuration.

    `port` is where the browser comes back to, 0 for any free one. `browser` opens one; `out` takes what is to be read.
    """

    scopes: Sequence[str]
    hint: str
    endpoint: str
    port: int
    browser: bool
    out: TextIO


class _Flow(InstalledAppFlow):  # type: ignore[misc] # a class without types is Any to mypy
    """Sends the client in the form, as Google documents it for installed apps, not in a header."""

    def fetch_token(self, **named: Any) -> Any:
        """Exchanges the code for tokens."""
        return super().fetch_token(include_client_id=True, **named)


def read_client(*paths: Path) -> Mapping[str, str]:
    """`client_id` and `client_secret` from the first file that is there: a client's own, or earlier credentials.

    Raises ProviderError when there is none, or it is of another kind.
    """
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise ProviderError(
            f"there is no client file at {paths[0]}",
            hint="make a client of the kind `Desktop app` in the Google Cloud console, download its JSON file,"
            " and give it with --client",
        )
    try:
        found = json.loads(path.read_bytes())
        held = found.get("installed", found)
        return {name: str(held[name]) for name in ("client_id", "client_secret")}
    except OSError as error:
        raise ProviderError(f"{path}: {(error.strerror or str(error)).lower()}", hint="make it readable") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        hint = "a client of the kind `Desktop app` has one"
        raise ProviderError(f"{path} is not the JSON file of an installed app", hint=hint) from None


def has_browser() -> bool:
    """Whether a browser can be opened from here."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def consent(client: Mapping[str, str], asked: Asked) -> dict[str, Any]:
    """Waits for the person's answer and gives the content of a credentials file.

    Raises ProviderError when they refuse, do not answer, or do not grant all that is needed; UsageError for a port that
    is taken.
    """
    endpoint = asked.endpoint
    urls = {
        "auth_uri": f"{endpoint}/o/oauth2/auth" if endpoint else _CONSENT_URL,
        "token_uri": f"{endpoint}/token" if endpoint else TOKEN_URL,
    }
    flow = _Flow.from_client_config({"installed": {**client, **urls}}, list(asked.scopes))
    try:
        with contextlib.redirect_stdout(asked.out), _oauthlib(insecure=endpoint.startswith("http:")):
            flow.run_local_server(
                host=_HOST,
                port=asked.port,
                open_browser=asked.browser,
                authorization_prompt_message=_prompt(asked),
                success_message="agendad has its access. You may close this window.",
                timeout_seconds=_PATIENCE,
                prompt="consent",  # without it, a second consent brings no refresh token
                **({"login_hint": asked.hint} if asked.hint else {}),
            )
    except WSGITimeoutError:
        raise ProviderError(f"no answer came within {_PATIENCE // 60} minutes", hint="run it again") from None
    except OAuth2Error as error:
        said = scrubbed(error.description or error.error or str(error))
        raise ProviderError(f"Google gives no access: {said}", hint="nothing was changed; run it again") from None
    except RequestException:
        raise ProviderError("Google cannot be reached", hint="nothing was changed; run it again") from None
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"port {asked.port} of {_HOST}: {reason}", hint="choose another one with --port") from None
    return _kept(flow.oauth2session.token, client, asked.scopes)


def _prompt(asked: Asked) -> str:
    if asked.browser:
        return f"A browser opens. If it does not, open this address:{_ADDRESS}"
    forward = f"ssh -L {asked.port}:{_HOST}:{asked.port} THIS-MACHINE"
    elsewhere = f" If that runs on another machine, first run there:\n    {forward}" if asked.port else ""
    return f"Open the address below in a browser.{elsewhere}{_ADDRESS}"


def _kept(token: Mapping[str, Any], client: Mapping[str, str], scopes: Sequence[str]) -> dict[str, Any]:
    granted = list(token.get("scope") or scopes)
    if lacking := missing(scopes, granted):
        purposes = "; ".join(f"`{short(scope)}` ({MEANING[scope]})" for scope in lacking)
        raise ProviderError(f"not granted: {purposes}", hint="nothing was kept; run it again and tick every box")
    if not token.get("refresh_token"):
        raise ProviderError("Google gave access for an hour only", hint="run it again")
    return {"type": "authorized_user", **client, "refresh_token": token["refresh_token"], "scopes": sorted(granted)}


@contextlib.contextmanager
def _oauthlib(*, insecure: bool) -> Iterator[None]:
    """oauthlib is told by the environment alone: fewer scopes than asked for are no error, a test double has no TLS."""
    names = ["OAUTHLIB_RELAX_TOKEN_SCOPE", *(["OAUTHLIB_INSECURE_TRANSPORT"] if insecure else [])]
    added = [name for name in names if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
