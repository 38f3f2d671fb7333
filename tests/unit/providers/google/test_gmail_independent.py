"""The Gmail port against somebody else's idea of Gmail: the npm package `emulate`, where it is in npm's cache.

`npx -y -p node@22 -p emulate@0.12.2 emulate --version` puts it there (1.0.2 is another program of that name). It knows
no batches, no `getProfile` and no consent; `Gaps` fills these in. Nor does it give a changed draft another message id,
show our headers but in the raw mail, or search for what is not somewhere: nothing is tested here that rests on that.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from test_gmail import HOUR, draft_of, mail
from wire_world import USER, Clock

from agendad.model.identity import message_id
from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account
from agendad.providers.google.gmail import Gmail
from agendad.providers.google.transport import Transport
from gmail_world import ME, SCOPES, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = ("npx", "--offline", "-y", "-p", "node@22", "-p", "emulate@0.12.2", "emulate")
TOKEN = "token-of-ada"  # noqa: S105
SEED = {"tokens": {TOKEN: {"login": ME}}, "google": {"users": [{"email": ME, "name": "Ada Martin"}]}}
_STARTS = 30.0


class Person:
    """The hand of the person, by plain HTTP."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {TOKEN}"

    def ask(self, method: str, path: str, body: object = None) -> Any:
        reply = self._session.request(method, f"{self.endpoint}/gmail/v1/users/me/{path}", json=body, timeout=10)
        reply.raise_for_status()
        return reply.json() if reply.content else {}

    def file(self, data: bytes, label: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("POST", "messages", {"raw": _encoded(data), "labelIds": [label]})
        return found

    def drafts(self) -> dict[str, bytes]:
        ids = [each["id"] for each in self.ask("GET", "drafts")["drafts"]]
        raws = {ident: self.ask("GET", f"drafts/{ident}?format=raw")["message"]["raw"] for ident in ids}
        return {ident: base64.urlsafe_b64decode(raw + "==") for ident, raw in raws.items()}


class Gaps(HTTPAdapter):
    """Splits batches into requests, and answers for the token endpoint and the profile."""

    def __init__(self, person: Person) -> None:
        super().__init__(max_retries=0)
        self._person = person

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        path = urlsplit(request.url or "").path
        if path == "/token":
            return _reply(request, json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode())
        if path.endswith("/profile"):
            return _reply(request, json.dumps({"historyId": self._newest()}).encode())
        if path != "/batch":
            return super().send(request, *words, **more)
        parts = re.findall(rb"Content-ID: <(\d+)>\r\n\r\nGET (\S+)", _bytes(request.body))
        answers = [(number, self._part(request, target.decode(), words, more)) for number, target in parts]
        body = b"".join(
            b"--x\r\nContent-Type: application/http\r\nContent-ID: <response-%b>\r\n\r\nHTTP/1.1 %d X\r\n"
            b"Content-Type: application/json\r\n\r\n%b\r\n" % (number, status, content)
            for number, (status, content) in answers
        )
        return _reply(request, body + b"--x--\r\n", "multipart/mixed; boundary=x")

    def _part(self, whole: requests.PreparedRequest, target: str, words: Any, more: Any) -> tuple[int, bytes]:
        one = requests.Request("GET", f"{self._person.endpoint}{target}").prepare()
        one.headers["Authorization"] = whole.headers["Authorization"]
        reply = super().send(one, *words, **more)
        return reply.status_code, reply.content

    def _newest(self) -> str:
        ids = [each["id"] for each in self._person.ask("GET", "messages?includeSpamTrash=true")["messages"]]
        return str(max((int(self._person.ask("GET", f"messages/{ident}")["historyId"]) for ident in ids), default=1))


def _bytes(body: bytes | str | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _reply(request: requests.PreparedRequest, content: bytes, kind: str = "application/json") -> requests.Response:
    reply = requests.Response()
    reply.status_code = 200
    reply.headers["Content-Type"] = kind
    reply._content = content
    reply.request = request
    reply.url = request.url or ""
    return reply


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if shutil.which("npx") is None:
        pytest.skip("there is no npm here")
    if subprocess.run([*COMMAND, "--version"], capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("emulate@0.12.2 and node@22 are not in npm's cache: see the head of this file")
    seed = tmp_path_factory.mktemp("emulate") / "seed.json"
    seed.write_text(json.dumps(SEED))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [*COMMAND, "--service", "google", "--port", str(port), "--seed", str(seed)]
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=seed.parent, start_new_session=True
    ) as process:
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _await(port: int) -> None:
    began = time.monotonic()
    while time.monotonic() - began < _STARTS:
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
            return
        time.sleep(0.1)
    pytest.fail("emulate does not start")


class Installation:
    """A port, the person, and a clock for what is written."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.world = World(folder)
        self.person = Person(endpoint)
        token = folder / "token.json"
        token.write_text(json.dumps({**USER, "refresh_token": "1//r"}))
        token.chmod(0o600)
        account = Account.from_file(GoogleAccess(token, "", endpoint), SCOPES, None)
        transport = Transport(account, endpoint=endpoint, waits=Clock().waits(), adapter=Gaps(self.person))
        self.port = Gmail(transport, cache=folder / "cache")

    def read(self) -> Any:
        return self.port.read(self.world.now - 24 * HOUR)


@pytest.fixture
def here(tmp_path: Path, endpoint: str) -> Iterator[Installation]:
    here = Installation(tmp_path, endpoint)
    yield here
    for ident in [each["id"] for each in here.person.ask("GET", "messages?includeSpamTrash=true")["messages"]]:
        here.person.ask("DELETE", f"messages/{ident}")


def test_a_draft_is_made_once_read_back_and_removed(here: Installation) -> None:
    draft = draft_of(here.world)
    assert [here.port.save_draft(draft).status for _ in range(2)] == ["done", "conflict"]
    (found,) = here.read().drafts
    assert (found.key, found.recipients, found.edited) == (draft.key, ("zoe@example.org",), False)
    assert here.port.source(found) == here.person.drafts()[found.href]
    assert here.port.remove_draft(found).status == "done"
    assert (here.person.drafts(), here.read().drafts) == ({}, ())
    assert here.port.remove_draft(found).status == "conflict"


def test_an_edited_draft_is_not_removed(here: Installation) -> None:
    here.port.save_draft(draft_of(here.world))
    (found,) = here.read().drafts
    data = here.person.drafts()[found.href].replace(b"thank you", b"many thanks")
    here.person.ask("PUT", f"drafts/{found.href}", {"message": {"raw": _encoded(data)}})
    assert here.port.remove_draft(found).status == "conflict"
    assert here.person.drafts() == {found.href: data}


def test_a_reply_lies_in_the_thread_of_its_mail(here: Installation) -> None:
    thread = here.person.file(mail(1, here.world, subject="Pilot"), "INBOX")["threadId"]
    here.read()
    reply = draft_of(here.world, subject="Re: Pilot", in_reply_to="<1@example.org>")
    assert here.port.save_draft(reply).status == "done"
    labels = [each["labelIds"] for each in here.person.ask("GET", f"threads/{thread}")["messages"]]
    assert sorted(labels) == [["DRAFT"], ["INBOX"]]


def test_mails_that_come_are_sent_and_go_are_followed(here: Installation) -> None:
    here.port.save_draft(draft_of(here.world))
    first = here.person.file(mail(1, here.world), "INBOX")["id"]
    assert [each.subject for each in here.read().messages] == ["Mail 1"]
    here.person.file(mail(2, here.world), "INBOX")
    (draft,) = here.read().drafts
    here.person.ask("POST", "drafts/send", {"id": draft.href})
    here.person.ask("POST", f"messages/{first}/trash")
    found = here.read()
    assert found.drafts == ()
    assert {each.subject: each.sent for each in found.messages} == {"Mail 2": False, "Pilot: next steps": True}
    assert message_id("follow-up/1") in {each.message_id for each in found.messages}
