"""The files that give access to an account: which kinds there are, where they lie, and how they are written.

`accounts.py` reads them; `agendad auth google` writes the one of a person.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agendad.errors import ProviderError
from agendad.providers.files import fsync, fsync_dir, no_checkpoint, replace, write_temp

if TYPE_CHECKING:
    from collections.abc import Mapping

_AUTH_HINT: Final = "`agendad auth google` makes one"
_FIELDS: Final = {
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
    "service_account": ("client_email", "private_key"),
}


@dataclass(frozen=True, slots=True)
class Secret:
    """One file as it was read; `fingerprint` is of its content."""

    path: Path
    kind: str
    values: Mapping[str, Any]
    fingerprint: str

    @property
    def is_service(self) -> bool:
        """Whether it is a service account, not a person's consent."""
        return self.kind == "service_account"

    @property
    def granted(self) -> frozenset[str]:
        """The scopes that the person granted, empty when the file does not say."""
        found = self.values.get("scopes")
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def located(path: Path) -> Path:
    """Where the file lies: in `$CREDENTIALS_DIRECTORY` (systemd.exec(5)) when its name is there, else at `path`."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and (given := Path(folder, path.name)).is_file():
        return given
    return path


def read_secret(path: Path) -> Secret:
    """The file at its place; raises ProviderError when there is none or it is of no known kind."""
    place = located(path)
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        raise ProviderError(f"there are no Google credentials at {place}", hint=_AUTH_HINT) from None
    except OSError as error:
        raise ProviderError(f"{place}: {(error.strerror or str(error)).lower()}", hint="make it readable") from None
    try:
        values = json.loads(data)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ProviderError(f"{place} is not a JSON object", hint=_AUTH_HINT)
    if "installed" in values or "web" in values:
        hint = f"`agendad auth google --client {place.name}` makes the credentials with it"
        raise ProviderError(f"{place} is the file of a client, it gives no access by itself", hint=hint)
    kind = "service_account" if values.get("type") == "service_account" else "authorized_user"
    for name in _FIELDS[kind]:
        if not isinstance(values.get(name), str) or not values[name]:
            raise ProviderError(f"{place} has no `{name}`", hint=_AUTH_HINT)
    return Secret(place, kind, values, hashlib.sha256(data).hexdigest())


def open_to_others(path: Path) -> bool:
    """Whether others than the owner may read it. What systemd passes is for its service alone, whatever the mode is."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return bool(path.stat().st_mode & 0o077) and not (folder and path.is_relative_to(folder))


def write_secret(path: Path, values: Mapping[str, Any]) -> None:
    """Puts a file in its place, whole and readable by its owner alone. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    data = (json.dumps(values, indent=2) + "\n").encode()
    fsync(temporary, write_temp(temporary, data, 0o600, no_checkpoint), no_checkpoint)
    replace(temporary, path, no_checkpoint)
    fsync_dir(path.parent, no_checkpoint)


def is_service_file(path: Path) -> bool:
    """Whether a service account lies there."""
    try:
        return read_secret(path).is_service
    except ProviderError:
        return False
