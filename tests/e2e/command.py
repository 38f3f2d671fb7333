"""The real command, in an environment of its own: no test sees the person's files, and none sees the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Agendad:
    """Runs `agendad` as a process. `home` stands for the person's home, `cwd` is where the command is given."""

    home: Path
    cwd: Path
    env: tuple[tuple[str, str], ...] = ()

    def __call__(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs to the end; never checks the status."""
        return subprocess.run(
            [sys.executable, "-m", "agendad", *words],
            cwd=self.cwd,
            env=self.environ(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def environ(self) -> dict[str, str]:
        """The environment of the command: the machine's PATH and language settings, a home of its own."""
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LC_ALL", "TZ"}}
        # a shell must find this environment's `agendad` first
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "HOME": str(self.home), "PYTHONWARNINGS": "error", **dict(self.env)}

    def having(self, **env: str) -> Agendad:
        """The same with more environment variables."""
        return replace(self, env=(*self.env, *env.items()))
