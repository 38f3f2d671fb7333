"""The real command, in an environment of its own: no test sees the person's files, and none sees the terminal."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

SECONDS = 120
WARM = Path(__file__).with_name("warm.py")


@dataclass(frozen=True)
class Agendad:
    """Runs `agendad` as a process. `home` stands for the person's home, `cwd` is where the command is given."""

    home: Path
    cwd: Path
    env: tuple[tuple[str, str], ...] = ()

    def __call__(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs to the end; never checks the status."""
        alone = threading.current_thread() is threading.main_thread()
        if not alone or any(name.startswith("PYTHON") for name, _ in self.env):  # Python reads those when it starts
            command = [sys.executable, "-m", "agendad", *words]
            return subprocess.run(
                command,
                cwd=self.cwd,
                env=self.environ(),
                input=stdin,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        wanted = {"words": words, "cwd": str(self.cwd), "env": self.environ()}
        with ExitStack() as stack:
            given, out, err = (stack.enter_context(TemporaryFile("w+")) for _ in range(3))
            given.write(stdin)
            given.seek(0)
            warm = warmed()
            socket.send_fds(warm, [json.dumps(wanted).encode()], [each.fileno() for each in (given, out, err)])
            status = int(warm.recv(16))
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(list(words), status, out.read(), err.read())

    def environ(self) -> dict[str, str]:
        """The environment of the command: the machine's PATH and language settings, a home of its own."""
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TZ"}}
        # a shell must find this environment's `agendad` first
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "HOME": str(self.home), "PYTHONWARNINGS": "error", **dict(self.env)}

    def having(self, **env: str) -> Agendad:
        """The same with more environment variables."""
        return replace(self, env=(*self.env, *env.items()))


@cache
def warmed() -> socket.socket:
    """The way to the process that becomes commands; it ends with this one."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environ = {**os.environ, "PYTHONWARNINGS": "error"}
    with its:
        process = subprocess.Popen([sys.executable, WARM, str(its.fileno())], env=environ, pass_fds=[its.fileno()])
    ours.settimeout(SECONDS)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
