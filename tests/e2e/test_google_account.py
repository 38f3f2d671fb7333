"""Getting into a Google account by the command line, and what is said when that does not work; on the emulator."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from project import ME

from emulator import Google, Server, client_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command import Agendad
    from project import Project

OWN = "https://www.googleapis.com/auth/calendar.events.owned"
MAIL = [f"https://www.googleapis.com/auth/gmail.{name}" for name in ("compose", "readonly")]


class Account:
    """An installation on the emulator, with one person."""

    def __init__(self, project: Project, google: Google, endpoint: str) -> None:
        self.project, self.google, self.endpoint = project, google, endpoint
        self.token = project.config / "google-token.json"
        self.configure()

    def configure(self, *extra: str) -> None:
        """The calendar of the account, with further keys of `calendar:`."""
        keys = ["provider: google", f'endpoint: "{self.endpoint}"', *extra]
        self.project.configure(calendar=f"{{{', '.join(keys)}}}")

    def grant(self, *scopes: str) -> None:
        """Credentials of the person, as if they had consented before."""
        self.token.write_text(json.dumps(self.google.grant(ME, scopes or [OWN])))
        self.token.chmod(0o600)

    def findings(self, env: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """What `doctor` says of accounts."""
        found = self.project.run("doctor", "--json", env=env).json["findings"]
        return [each for each in found if each["part"] == "account"]

    def asked(self) -> int:
        """How often the token endpoint was asked."""
        return sum(logged.call == "token" for logged in self.google.log)


@pytest.fixture
def account(project: Project) -> Iterator[Account]:
    """A person whose calendar is empty."""
    start = datetime(2026, 11, 23, 7, tzinfo=UTC)
    began = datetime.now(UTC)
    google = Google(now=lambda: start + (datetime.now(UTC) - began))
    google.account(ME, zone="Europe/Paris")
    google.tokens.consent.email = ME
    with Server(google) as server:
        yield Account(project, google, server.endpoint)


def consent(agendad: Agendad, account: Account, *words: str) -> tuple[int, str]:
    """Runs `auth google`, agrees in a browser, and gives the exit status and all that was printed."""
    client = agendad.cwd / "client.json"
    client.write_text(json.dumps(client_file()))
    project = account.project
    folders = ("--config", str(project.config), "--state", str(project.state))
    words = ("--port", "0", *words, "--no-browser", *folders)
    with subprocess.Popen(
        [sys.executable, "-m", "agendad", "auth", "google", *words],
        env=agendad.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if found := re.search(r"http://\S+/o/oauth2/auth\?\S+", line):
                requests.get(found[0], timeout=20)
        assert process.stdout is not None
        return process.wait(20), told + process.stdout.read()


# ------------------------------------------------------------------ auth


def test_a_person_consents_once_and_the_installation_has_access(account: Account, agendad: Agendad) -> None:
    status, told = consent(agendad, account, "--client", str(agendad.cwd / "client.json"))
    assert status == 0, told
    assert "calendar.events.owned: see and change the events of your own calendars" in told
    assert account.token.stat().st_mode & 0o777 == 0o600
    kept = json.loads(account.token.read_text())
    assert (kept["type"], kept["scopes"]) == ("authorized_user", [OWN])
    (found,) = account.findings()
    assert (found["state"], found["message"]) == (
        "ok",
        f"{account.token}: access of a person, accepted by Google, for `calendar.events.owned`",
    )


def test_the_second_time_the_client_is_known(account: Account, agendad: Agendad) -> None:
    account.grant()
    before = account.token.read_text()
    status, told = consent(agendad, account)
    assert status == 0, told
    assert account.token.read_text() != before


def test_mail_adds_its_scopes_to_the_same_consent(account: Account, agendad: Agendad) -> None:
    account.grant()
    account.project.configure(mail="{provider: gmail}")
    status, told = consent(agendad, account)
    assert status == 0, told
    assert "agendad has no way to send" in told
    assert json.loads(account.token.read_text())["scopes"] == [OWN, *MAIL]


def test_a_box_that_was_not_ticked_is_named_and_nothing_is_kept(account: Account, agendad: Agendad) -> None:
    account.grant()
    before = account.token.read_text()
    account.project.configure(mail="{provider: gmail}")
    account.google.tokens.consent.declined = frozenset(MAIL[1:])
    status, told = consent(agendad, account)
    assert status == 3
    assert "not granted: `gmail.readonly` (see sent and received mails" in told
    assert account.token.read_text() == before


def test_a_refusal_is_told_and_nothing_is_kept(account: Account, agendad: Agendad) -> None:
    account.grant()
    before = account.token.read_text()
    account.google.tokens.consent.denied = True
    status, told = consent(agendad, account)
    assert status == 3
    assert "Google gives no access: access_denied" in told
    assert account.token.read_text() == before


def test_without_a_browser_the_port_to_forward_is_told(account: Account, agendad: Agendad) -> None:
    account.grant()
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = str(held.getsockname()[1])
        done = account.project.run("auth", "google", "--no-browser", "--port", port)
        assert done.status == 2
        assert f"port {port} of 127.0.0.1: address already in use" in done.err
    assert account.project.run("auth", "google", "--no-browser", "--port", "70000").status == 2
    status, told = consent(agendad, account, "--port", port)
    assert status == 0, told
    assert f"ssh -L {port}:127.0.0.1:{port} THIS-MACHINE" in told


def test_without_a_client_the_hint_says_where_to_get_one(account: Account) -> None:
    done = account.project.run("auth", "google", "--no-browser")
    assert done.status == 3
    assert "Desktop app" in done.err


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"web": {"client_id": "x", "client_secret": "y"}}'])
def test_a_file_of_another_kind_is_no_client(account: Account, content: str) -> None:
    path = account.project.config / "google-client.json"
    path.write_text(content)
    done = account.project.run("auth", "google", "--no-browser")
    assert done.status == 3
    assert "is not the JSON file of an installed app" in done.err


def test_a_configuration_without_google_has_nothing_to_ask_for(project: Project) -> None:
    done = project.run("auth", "google")
    assert done.status == 2
    assert "the configuration has no Google account" in done.err


def test_a_service_account_needs_no_consent(account: Account) -> None:
    (account.project.config / "robot.json").write_text(json.dumps(account.google.service_account("robot", {ME: [OWN]})))
    account.configure("credentials: robot.json", f"subject: {ME}")
    done = account.project.run("auth", "google")
    assert done.status == 0
    assert "it needs no consent" in done.err


# ------------------------------------------------------------------ doctor


def test_doctor_says_that_there_are_no_credentials(account: Account) -> None:
    (found,) = account.findings()
    assert (found["state"], found["hint"]) == ("error", "`agendad auth google` makes one")
    assert account.project.run("doctor").status == 3


def test_doctor_warns_of_credentials_that_others_can_read(account: Account) -> None:
    account.grant()
    account.token.chmod(0o644)
    warning, fine = account.findings()
    assert (warning["state"], warning["hint"]) == ("warning", f"chmod 600 {account.token}")
    assert fine["state"] == "ok"


def test_doctor_names_the_scopes_that_are_missing(account: Account) -> None:
    account.grant(f"{OWN}.readonly")
    (found,) = account.findings()
    assert found["state"] == "error"
    assert "did not grant `calendar.events.owned`" in found["message"]
    assert account.google.log == []


def test_a_withdrawn_access_is_told_and_google_is_asked_once(account: Account) -> None:
    account.grant()
    account.google.revoke(ME)
    first, second = account.findings(), account.findings()
    assert "no longer accepts" in first[0]["message"]
    assert "is withdrawn since" in second[0]["message"]
    for each in (first, second):
        assert (len(each), each[0]["state"]) == (1, "error")
        assert "agendad auth google" in each[0]["hint"]
    done = account.project.run("plan")
    assert done.status == 3
    assert "agendad auth google" in done.err
    assert [logged.call for logged in account.google.log] == ["token"]
    account.grant()
    assert account.findings()[0]["state"] == "ok"


def test_a_service_account_acts_for_its_subject(account: Account) -> None:
    path = account.project.config / "robot.json"
    path.write_text(json.dumps(account.google.service_account("robot", {ME: [OWN]})))
    path.chmod(0o600)
    account.configure("credentials: robot.json", f"subject: {ME}")
    (found,) = account.findings()
    assert (found["state"], f"a service account for {ME}" in found["message"]) == ("ok", True)
    account.configure("credentials: robot.json", "subject: bob@example.com")
    (found,) = account.findings()
    assert (found["state"], "domain-wide delegation" in found["hint"]) == ("error", True)


def test_credentials_come_from_systemd_when_they_are_there(account: Account, tmp_path: Path) -> None:
    passed = tmp_path / "credentials"
    passed.mkdir()
    (passed / "google-token.json").write_text(json.dumps(account.google.grant(ME, [OWN])))
    (found,) = account.findings(env={"CREDENTIALS_DIRECTORY": str(passed)})
    assert (found["state"], str(passed) in found["message"]) == ("ok", True)


# ------------------------------------------------------------------ cycles


def test_a_token_serves_several_commands(account: Account) -> None:
    account.grant()
    account.project.rule("block: Deep work", "every: weekday", "at: 09:00-12:00")
    for _ in range(3):
        account.project.ok("plan")
    assert account.asked() == 1


def test_every_request_stays_within_the_granted_scopes_and_the_endpoint(account: Account) -> None:
    account.grant()
    account.project.rule("block: Deep work", "every: weekday", "at: 09:00-12:00")
    account.project.kept()
    assert {scope for logged in account.google.log for scope in logged.scopes} == {OWN}
    assert [logged.status for logged in account.google.log if logged.status >= 400] == []


@pytest.mark.parametrize("command", ["check", "plan"])
def test_nothing_of_google_is_imported_before_a_call_is_due(
    account: Account, agendad: Agendad, project: Project, command: str
) -> None:
    if command == "plan":
        project.configure(calendar="{provider: local, path: calendars/, write: personal}")
    code = (
        "import sys; from agendad.cli.main import main; "
        f"status = main([{command!r}, '--config', {str(project.config)!r}, '--state', {str(project.state)!r}]); "
        "print(status, [name for name in sys.modules if name.split('.')[0] in "
        "{'google', 'googleapiclient', 'httplib2', 'requests', 'google_auth_oauthlib'}])"
    )
    words = [sys.executable, "-c", code]
    found = subprocess.run(words, capture_output=True, text=True, check=True, env=agendad.environ())
    assert found.stdout.splitlines()[-1] == "0 []"
