"""`python -m emulator` serves an account that can be used at once, and the emulator is quick enough for long runs."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from emulated import EVENTS, NOON, World

from emulator import Request

TESTS = Path(__file__).parents[2]


def test_the_command_writes_credentials_that_work(tmp_path: Path) -> None:
    file, client = tmp_path / "google-token.json", tmp_path / "client.json"
    command = [sys.executable, "-m", "emulator", "--port", "0", "--write-credentials", str(file)]
    with subprocess.Popen(
        [*command, "--write-client", str(client), "--account", "eve@example.org"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        try:
            endpoint = said.split(" at ")[1].split()[0]
            assert said.startswith("eve@example.org at http://127.0.0.1:")
            assert file.stat().st_mode & 0o777 == 0o600
            assert json.loads(client.read_text())["installed"]["token_uri"] == f"{endpoint}/token"
            known = {**json.loads(file.read_text()), "grant_type": "refresh_token"}
            wanted = ("client_id", "client_secret", "refresh_token", "grant_type")
            connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)
            connection.request("POST", "/token", urlencode({name: known[name] for name in wanted}))
            token = json.loads(connection.getresponse().read())["access_token"]
            connection.request("GET", EVENTS, headers={"Authorization": f"Bearer {token}"})
            assert json.loads(connection.getresponse().read())["summary"] == "eve@example.org"
            connection.close()
        finally:
            process.terminate()


def test_a_batch_of_50_inserts_takes_some_milliseconds(world: World) -> None:
    head = {"Authorization": f"Bearer {world.ada.token('calendar')}", "Content-Type": "multipart/mixed; boundary=B"}
    spent = []
    for batch in range(5):
        parts = []
        for number in range(50):
            body = json.dumps({**NOON, "id": f"{batch}a{number:04}"})
            line = f"POST {EVENTS} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
            parts.append(f"--B\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n{line}")
        request = Request("POST", "/batch/calendar/v3", head, ("".join(parts) + "--B--\r\n").encode())
        begun = time.process_time()
        world.google.handle(request)
        spent.append(time.process_time() - begun)
    assert len(world.cal.items()) == 250
    assert min(spent) < 0.05, "five times what it takes on a slow machine"
