"""A process that has imported what the commands import, and becomes each command by a fork.

`command.py` starts one for each process of pytest, so that a test does not wait for the same imports again and again.
What comes over the socket is words, folder and environment of a command, with its three standard streams; what goes
back is its status. Imports themselves are tested with processes of their own (`test_cli_frame.py`).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
import time

import agendad

_COLD = ("agendad.__main__", "agendad.providers.google", "agendad.service")


def main() -> None:
    """Returns in the processes that are to be a command, and in the first one when nobody asks any more."""
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        for module in pkgutil.walk_packages(agendad.__path__, "agendad."):
            if not module.name.startswith(_COLD):
                importlib.import_module(module.name)
        gc.collect()
        gc.freeze()
        while True:
            request, streams, _, _ = socket.recv_fds(asked, 1 << 20, 3)
            if not request:
                return
            child = os.fork()
            if child == 0:
                break
            for stream in streams:
                os.close(stream)
            _, status = os.waitpid(child, 0)
            asked.send(str(os.waitstatus_to_exitcode(status)).encode())
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    wanted = json.loads(request)
    os.chdir(wanted["cwd"])
    os.environ.clear()
    os.environ.update(wanted["env"])
    time.tzset()
    sys.argv = [f"{agendad.__path__[0]}/__main__.py", *wanted["words"]]
    gc.unfreeze()
    importlib.import_module("agendad.__main__")


if __name__ == "__main__":
    main()
