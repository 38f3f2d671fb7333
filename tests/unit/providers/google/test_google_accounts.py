"""Access is asked for as seldom as can be, with the least scopes, and kept from others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from wire_world import SCOPE, START, Clock, Wire, credentials, events, insert, reply, token, transport

from agendad.errors import ProviderError
from agendad.model.settings import CalendarSettings, GoogleAccess, MailSettings, Me, Settings
from agendad.providers.google import scopes
from agendad.providers.google.accounts import Account
from agendad.providers.google.answers import Answer, Fate
from agendad.providers.google.secrets import open_to_others, read_secret, write_secret
from agendad.providers.google.transport import Transport
from emulator import Google, Server

if TYPE_CHECKING:
    from collections.abc import Mapping

REVOKED = reply(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
OK = reply(200, {})


def calls(wire: Wire) -> int:
    """How often the token endpoint was asked."""
    return len(wire.sent) - len(wire.paths())


# ------------------------------------------------------------------ what is kept between two runs


def test_a_token_is_kept_for_the_next_run_and_read_by_the_owner_alone(tmp_path: Path) -> None:
    with Wire(api=[OK]) as wire:
        for _ in range(3):
            over = transport(tmp_path, wire)
            assert over.call(insert()).fate is Fate.DONE
        assert calls(wire) == 1
    (kept,) = (tmp_path / "cache").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "1//r" not in kept.read_text()


def test_losing_what_is_kept_costs_one_call(tmp_path: Path) -> None:
    with Wire(api=[OK]) as wire:
        for damage in (b"", b"{", b"[]", b'{"token": 1}', b'{"owner": "x", "token": "y", "until": "soon"}'):
            over = transport(tmp_path, wire)
            assert over.call(insert()).fate is Fate.DONE
            (kept,) = (tmp_path / "cache").iterdir()
            kept.write_bytes(damage)
        assert calls(wire) == 5


def test_without_a_cache_a_token_serves_as_long_as_the_process(tmp_path: Path) -> None:
    with Wire(api=[OK]) as wire:
        account = Account.from_file(GoogleAccess(credentials(tmp_path)), [SCOPE])
        over = Transport(account, endpoint=wire.endpoint, waits=Clock().waits())
        over.call(insert())
        over.call(insert())
        assert calls(wire) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["google-token.json"]


def test_a_withdrawn_access_is_told_at_length_once_and_then_never_asked_for_again(tmp_path: Path) -> None:
    with Wire(token=[REVOKED], api=[OK]) as wire:
        said = []
        for _ in range(3):
            over = transport(tmp_path, wire)
            found = over.call(insert())
            assert found.fate is Fate.UNAUTHORIZED
            said.append((found.message, found.hint))
        assert calls(wire) == 1
    assert said[0][0].endswith("google-token.json: Token has been expired or revoked.")
    assert said[1:] == [("Google access is withdrawn since 2026-11-23 07:00+00:00", "run `agendad auth google`")] * 2


def test_new_credentials_end_the_silence(tmp_path: Path) -> None:
    with Wire(token=[REVOKED, token()], api=[OK]) as wire:
        over = transport(tmp_path, wire)
        over.call(insert())
        path = credentials(tmp_path, "1//new")
        access = GoogleAccess(path, "", wire.endpoint)
        renewed = Transport(
            Account.from_file(access, [SCOPE], tmp_path / "cache"), endpoint=wire.endpoint, waits=Clock().waits()
        )
        assert renewed.call(insert()).fate is Fate.DONE
        assert b"1%2F%2Fnew" in wire.sent[1].body


def test_a_token_of_other_credentials_is_not_used(tmp_path: Path) -> None:
    access = GoogleAccess(credentials(tmp_path))
    first = Account.from_file(access, [SCOPE], tmp_path)
    assert first.token(lambda _: granted("one"), lambda: START) == "one"
    assert Account.from_file(access, [SCOPE], tmp_path).token(lambda _: granted("two"), lambda: START) == "one"
    credentials(tmp_path, "1//of-bob")
    assert Account.from_file(access, [SCOPE], tmp_path).token(lambda _: granted("two"), lambda: START) == "two"


def granted(text: str, **more: object) -> Answer:
    return Answer(Fate.DONE, 200, {"access_token": text, "expires_in": 3600, **more})


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (Answer(Fate.REFUSED, 401, reason="invalid_client", message="no such client"), "run `agendad auth google`"),
        (Answer(Fate.UNKNOWN, message="no answer"), ""),
    ],
)
def test_other_refusals_are_not_final(tmp_path: Path, answer: Answer, hint: str) -> None:
    account = Account.from_file(GoogleAccess(credentials(tmp_path)), [SCOPE], tmp_path / "cache")
    with pytest.raises(ProviderError, match="Google gives no access: no ") as raised:
        account.token(lambda _: answer, lambda: START)
    assert raised.value.hint == hint
    assert account.token(lambda _: granted("now"), lambda: START) == "now"


@pytest.mark.parametrize("body", [{}, {"access_token": 1, "expires_in": 3600}, {"access_token": "x"}])
def test_an_answer_without_a_token_is_refused(tmp_path: Path, body: Mapping[str, object]) -> None:
    account = Account.from_file(GoogleAccess(credentials(tmp_path)), [SCOPE], tmp_path / "cache")
    with pytest.raises(ProviderError, match="does not answer as it should"):
        account.token(lambda _: Answer(Fate.DONE, 200, body), lambda: START)


# ------------------------------------------------------------------ scopes


def test_scopes_that_were_not_granted_are_named_before_the_first_call(tmp_path: Path) -> None:
    path = credentials(tmp_path, scopes=[scopes.READ_EVENTS])
    with pytest.raises(ProviderError, match=r"did not grant `calendar\.events\.owned` \(see and change") as raised:
        Account.from_file(GoogleAccess(path), [scopes.OWN_EVENTS, scopes.READ_EVENTS])
    assert raised.value.hint == "run `agendad auth google` and tick every box"


def test_scopes_are_compared_with_the_answer_too_when_the_file_does_not_tell(tmp_path: Path) -> None:
    account = Account.from_file(GoogleAccess(credentials(tmp_path)), [SCOPE], tmp_path / "cache")
    with pytest.raises(ProviderError, match="did not grant"):
        account.token(lambda _: granted("x", scope=scopes.READ_EVENTS), lambda: START)
    assert account.token(lambda _: granted("y", scope=f"openid {scopes.EVENTS}"), lambda: START) == "y"


ACCESS = GoogleAccess(Path("/x/google-token.json"))
SETTINGS = Settings(
    ZoneInfo("Europe/Paris"),
    CalendarSettings("google", None, "primary", ("primary",), ACCESS),
    Me(emails=frozenset({"ada@example.com"})),
)


@pytest.mark.parametrize(
    ("write", "read", "needs"),
    [
        ("primary", ("primary",), [scopes.OWN_EVENTS]),
        ("Ada@example.com", ("primary",), [scopes.OWN_EVENTS]),
        ("primary", ("primary", "family@example.com"), [scopes.OWN_EVENTS, scopes.READ_EVENTS]),
        ("team@group.calendar.google.com", ("primary",), [scopes.EVENTS]),
    ],
)
def test_the_calendar_needs_the_least_that_its_use_allows(write: str, read: tuple[str, ...], needs: list[str]) -> None:
    settings = replace(SETTINGS, calendar=replace(SETTINGS.calendar, write=write, read=read))
    assert list(scopes.needed(settings, ACCESS)) == needs


def test_each_account_needs_what_its_own_part_does() -> None:
    both = replace(SETTINGS, mail=MailSettings("gmail", None, ACCESS))
    assert scopes.needed(both, ACCESS) == (scopes.OWN_EVENTS, scopes.DRAFTS, scopes.READ_MAIL)
    assert both.google_accounts == (ACCESS,)
    other = replace(ACCESS, subject="ada@example.com")
    apart = replace(SETTINGS, mail=MailSettings("gmail", None, other))
    assert scopes.needed(apart, ACCESS) == (scopes.OWN_EVENTS,)
    assert scopes.needed(apart, other) == (scopes.DRAFTS, scopes.READ_MAIL)
    assert apart.google_accounts == (ACCESS, other)


def test_every_scope_has_its_sentence_and_a_wider_grant_covers_it() -> None:
    for scope in (scopes.OWN_EVENTS, scopes.EVENTS, scopes.READ_EVENTS, scopes.DRAFTS, scopes.READ_MAIL):
        assert scopes.MEANING[scope]
        assert scopes.missing([scope], [scope]) == ()
        assert scopes.missing([scope], ["openid"]) == (scope,)
    page = (Path(__file__).parents[4] / "docs" / "security.md").read_text()
    assert all(f"| `{scopes.short(scope)}` |" in page for scope in scopes.MEANING)
    wide = ["https://www.googleapis.com/auth/calendar", "https://mail.google.com/"]
    assert scopes.missing(scopes.MEANING, wide) == ()


# ------------------------------------------------------------------ files


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there are no Google credentials at"),
        ("", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ('{"installed": {"client_id": "x"}}', "is the file of a client"),
        ('{"client_id": "x", "client_secret": "y"}', "has no `refresh_token`"),
        ('{"type": "service_account", "client_email": "x"}', "has no `private_key`"),
    ],
)
def test_a_file_that_gives_no_access_says_what_to_do(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "google-token.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ProviderError, match=told) as raised:
        Account.from_file(GoogleAccess(path), [])
    assert "agendad auth google" in raised.value.hint


def test_a_subject_is_for_service_accounts(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="`subject` is for service accounts"):
        Account.from_file(GoogleAccess(credentials(tmp_path), "ada@example.com"), [])


def test_what_systemd_passes_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = tmp_path / "passed"
    passed.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(passed))
    path = credentials(tmp_path)
    assert read_secret(path).path == path
    (passed / path.name).write_text(path.read_text())
    (passed / path.name).chmod(0o440)
    assert read_secret(path).path == passed / path.name
    assert not open_to_others(passed / path.name)


def test_a_secret_is_replaced_whole_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "google-token.json"
    path.write_text("old")
    path.chmod(0o644)
    assert open_to_others(path)
    write_secret(path, {"a": 1})
    assert path.stat().st_mode & 0o777 == 0o600
    assert not open_to_others(path)
    assert json.loads(path.read_text()) == {"a": 1}
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


# ------------------------------------------------------------------ service accounts


def service(folder: Path, google: Google, server: Server, subject: str) -> Transport:
    path = folder / "robot.json"
    path.write_text(json.dumps(google.service_account("robot", {"ada@example.com": [scopes.OWN_EVENTS]})))
    account = Account.from_file(GoogleAccess(path, subject, server.endpoint), [scopes.OWN_EVENTS], folder / "cache")
    return Transport(account, endpoint=server.endpoint, waits=Clock().waits())


def test_a_service_account_acts_for_its_subject_with_the_needed_scopes_alone(tmp_path: Path) -> None:
    google = Google(now=lambda: START)
    google.account("ada@example.com").calendar().add("Hers", START, START + timedelta(hours=1))
    with Server(google) as server:
        over = service(tmp_path, google, server, "ada@example.com")
        (found,) = over.call(events().list(calendarId="primary")).body["items"]
    assert json.loads(bytes(found))["summary"] == "Hers"
    assert {scope for logged in google.log for scope in logged.scopes} == {scopes.OWN_EVENTS}


def test_a_service_account_that_may_not_act_says_what_an_administrator_does(tmp_path: Path) -> None:
    google = Google(now=lambda: START)
    google.account("ada@example.com")
    google.account("bob@example.com")
    with Server(google) as server:
        over = service(tmp_path, google, server, "bob@example.com")
        found = over.call(insert())
    assert found.fate is Fate.UNAUTHORIZED
    assert "may not act for `bob@example.com`" in found.message
    assert "domain-wide delegation" in found.hint


def test_a_service_account_is_asked_for_again_since_a_wrong_clock_is_no_withdrawal(tmp_path: Path) -> None:
    google = Google(now=lambda: START)
    google.account("ada@example.com")
    with Server(google) as server:
        over = service(tmp_path, google, server, "ada@example.com")
        account = over._account
        refused = Answer(Fate.REFUSED, 400, reason="invalid_grant", message="Invalid JWT")
        with pytest.raises(ProviderError, match="Invalid JWT") as raised:
            account.token(lambda _: refused, lambda: START)
        assert "the clock of this machine" in raised.value.hint
        over.reach()


def test_a_damaged_private_key_is_told(tmp_path: Path) -> None:
    path = tmp_path / "robot.json"
    path.write_text('{"type": "service_account", "client_email": "x", "private_key": "nonsense"}')
    account = Account.from_file(GoogleAccess(path, "ada@example.com"), [SCOPE])
    with pytest.raises(ProviderError, match="holds no usable private key"):
        account.token(lambda _: granted("x"), lambda: START)
