"""Other commands reach a running daemon over its socket, and only its owner does."""

from __future__ import annotations

import socket
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from agendad.errors import AlreadyRunning, ProviderError
from agendad.service.control import NAME, Server, ask, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Deeper than an address of a socket may be long."""
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    return deep


@pytest.fixture
def server(state: Path) -> Iterator[Server]:
    made = Server(state, lambda word: {"said": word})
    yield made
    made.close()


def served(server: Server, times: int = 1) -> threading.Thread:
    def serve() -> None:
        for _ in range(times):
            threading.Event().wait(0.05)
            server.serve()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_word_gets_an_answer(server: Server, state: Path) -> None:
    thread = served(server)
    assert ask(state, "now") == {"said": "now"}
    thread.join()


def test_the_socket_is_its_owners_alone_and_goes_with_the_daemon(server: Server, state: Path) -> None:
    assert stat.S_IMODE((state / NAME).stat().st_mode) == 0o600
    server.close()
    assert not (state / NAME).exists()
    assert ask(state, "now") is None


def test_without_a_daemon_there_is_no_answer_also_when_one_was_killed(state: Path) -> None:
    assert ask(state, "now") is None
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(f"/proc/self/fd/{_folder(state)}/{NAME}")
    assert ask(state, "now") is None
    Server(state, lambda _: {}).close()


def _folder(state: Path) -> int:
    import os

    return os.open(state, os.O_RDONLY)


def test_a_busy_daemon_is_not_waited_for_without_end(server: Server, state: Path) -> None:
    with pytest.raises(AlreadyRunning, match="busy"):
        ask(state, "health", patience=0.1)
    server.serve()  # whoever has gone away gets no answer, and does no harm


def test_a_daemon_that_ends_before_it_answers_is_told(state: Path, server: Server) -> None:
    def hang_up(_word: str) -> dict[str, str]:
        raise OSError

    server.close()
    silent = Server(state, hang_up)
    thread = served(silent)
    with pytest.raises(ProviderError, match="ended before it answered"):
        ask(state, "now")
    thread.join()
    silent.close()


def test_a_word_may_be_left_without_waiting_for_the_answer(state: Path, server: Server) -> None:
    assert tell(state, "now")
    server.serve()
    server.close()
    assert not tell(state, "now")
