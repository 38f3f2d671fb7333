"""OAuth as google-auth and google-auth-oauthlib meet it: refreshing, consent, service accounts."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from emulated import EVENTS, ME
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request as AuthRequest
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials

from emulator import Reply, Request, Server, client_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulated import World

EVENTS_SCOPE = "https://www.googleapis.com/auth/calendar.events"
VERIFIER = "v" * 43
BACK = "http://127.0.0.1:9999/"


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with Server(world.google) as server:
        yield server


@pytest.fixture
def http() -> Iterator[AuthRequest]:
    request = AuthRequest()
    yield request
    request.session.close()


def user(world: World, server: Server) -> Credentials:
    file = world.google.grant(ME, ["calendar.events"])
    return Credentials(
        None,
        refresh_token=file["refresh_token"],
        client_id=file["client_id"],
        client_secret=file["client_secret"],
        token_uri=f"{server.endpoint}/token",
    )


def token(world: World, **form: str) -> Reply:
    return world.google.handle(Request("POST", "/token", {}, urlencode(form).encode()))


def error(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json()["error"]


def test_a_refresh_token_gives_access_tokens_until_it_is_revoked(
    world: World, server: Server, http: AuthRequest
) -> None:
    credentials = user(world, server)
    credentials.refresh(http)
    assert world.send("GET", EVENTS, authorization=f"Bearer {credentials.token}").status == 200
    world.google.tokens.expire()
    assert world.send("GET", EVENTS, authorization=f"Bearer {credentials.token}").status == 401
    world.google.revoke(ME)
    with pytest.raises(RefreshError, match="invalid_grant"):
        credentials.refresh(http)


def test_the_token_endpoint_refuses_what_it_does_not_know(world: World) -> None:
    file = world.google.grant(ME, ["calendar.events"])
    known = {name: file[name] for name in ("client_id", "client_secret", "refresh_token")}
    known["grant_type"] = "refresh_token"
    assert token(world, **known).status == 200
    assert error(token(world, **known | {"client_secret": "x"})) == (401, "invalid_client")
    assert error(token(world, **known | {"refresh_token": "x"})) == (400, "invalid_grant")
    assert error(token(world, **known | {"grant_type": "password"})) == (400, "unsupported_grant_type")
    assert error(token(world, **known | {"scope": "https://mail.google.com/"})) == (400, "invalid_scope")
    assert world.google.handle(Request("GET", "/token")).status == 405


def test_a_service_account_acts_for_whom_it_may(world: World, server: Server, http: AuthRequest) -> None:
    file = world.google.service_account("robot", {ME: ["calendar.events"]})
    file["token_uri"] = f"{server.endpoint}/token"
    robot = service_account.Credentials.from_service_account_info(file, scopes=[EVENTS_SCOPE])
    acting = robot.with_subject(ME)
    acting.refresh(http)
    assert world.send("GET", EVENTS, authorization=f"Bearer {acting.token}").status == 200
    for wrong in (robot, robot.with_subject("eve@example.org"), acting.with_scopes(["https://mail.google.com/"])):
        with pytest.raises(RefreshError, match="unauthorized_client"):
            wrong.refresh(http)
    file["token_uri"] = f"{server.endpoint}/token?x"
    other = service_account.Credentials.from_service_account_info(
        file | {"client_email": "nobody@x"}, scopes=[EVENTS_SCOPE], subject=ME
    )
    with pytest.raises(RefreshError, match="invalid_grant"):
        other.refresh(http)


def test_an_assertion_with_another_signature_is_refused(world: World) -> None:
    file = world.google.service_account("robot", {ME: ["calendar.events"]})
    robot = service_account.Credentials.from_service_account_info(file, scopes=[EVENTS_SCOPE], subject=ME)
    good = robot._make_authorization_grant_assertion().decode()
    kind = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert token(world, grant_type=kind, assertion=good).status == 200
    head, claims, _ = good.split(".")
    for wrong in (f"{head}.{claims}.AAAA", "x", "a.b.c"):
        assert error(token(world, grant_type=kind, assertion=wrong)) == (400, "invalid_grant")


def consent(world: World, **more: str) -> Reply:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    form = {
        "client_id": client_file()["installed"]["client_id"],
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": f"{EVENTS_SCOPE} https://www.googleapis.com/auth/gmail.compose",
        "state": "s",
        "access_type": "offline",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return world.google.handle(Request("GET", f"/o/oauth2/auth?{urlencode(form | more)}"))


def returned(reply: Reply) -> dict[str, Any]:
    assert reply.status == 302
    assert reply.headers["location"].startswith(BACK)
    return {name: value for name, (value,) in parse_qs(urlsplit(reply.headers["location"]).query).items()}


def exchange(world: World, code: str, **more: str) -> Reply:
    client = client_file()["installed"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return token(world, **form | {name: client[name] for name in ("client_id", "client_secret")} | more)


def test_consent_sends_the_person_back_with_a_code_that_works_once(world: World) -> None:
    answer = returned(consent(world))
    assert answer["state"] == "s"
    tokens = exchange(world, answer["code"]).json()
    assert tokens["refresh_token"]
    assert EVENTS_SCOPE in tokens["scope"].split()
    assert world.send("GET", EVENTS, authorization=f"Bearer {tokens['access_token']}").status == 200
    assert error(exchange(world, answer["code"])) == (400, "invalid_grant")


def test_the_verifier_and_the_address_belong_to_the_code(world: World) -> None:
    assert error(exchange(world, returned(consent(world))["code"], code_verifier="x")) == (400, "invalid_grant")
    other = exchange(world, returned(consent(world))["code"], redirect_uri="http://127.0.0.1:1/")
    assert error(other) == (400, "redirect_uri_mismatch")


def test_the_person_may_leave_a_scope_out_or_refuse(world: World) -> None:
    world.google.tokens.consent.declined = frozenset({"gmail.compose"})
    answer = returned(consent(world))
    assert answer["scope"] == exchange(world, answer["code"]).json()["scope"] == EVENTS_SCOPE
    world.google.tokens.consent.denied = True
    assert returned(consent(world)) == {"state": "s", "error": "access_denied"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"},
        {"redirect_uri": "http://example.com/"},
        {"client_id": "x"},
        {"response_type": "token"},
        {"scope": ""},
        {"code_challenge_method": "S1"},
    ],
    ids=str,
)
def test_consent_needs_a_known_client_and_a_loopback_address(world: World, wrong: dict[str, str]) -> None:
    assert consent(world, **wrong).status == 400
