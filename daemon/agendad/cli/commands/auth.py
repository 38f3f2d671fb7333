"""`agendad auth google`: the consent by which a person gives access to calendar and mail, and what each part is for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.errors import ProviderError, UsageError

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context
    from agendad.model.settings import GoogleAccess, Settings

_PORT: Final = 8765
_CLIENT: Final = "google-client.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whose, and how."""
    parser.add_argument("service", choices=("google",), help="whose access")
    parser.add_argument("--client", metavar="FILE", help=f"the JSON file of the client (else {_CLIENT}, or as before)")
    parser.add_argument("--no-browser", action="store_true", help="print the address, for a browser elsewhere")
    parser.add_argument(
        "--port",
        type=int,
        metavar="N",
        help=f"the port of 127.0.0.1 that the browser comes back to (else any, without a browser {_PORT})",
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """One consent for each account that the configuration names; a service account needs none."""
    from agendad.cli.work import home

    found = home(context).read()
    settings = found.settings
    if settings is None:
        raise ProviderError("agendad.yaml has errors", hint="`agendad check` shows each")
    if not settings.google_accounts:
        raise UsageError(
            "the configuration has no Google account",
            hint="write `calendar: {provider: google}` or `mail: {provider: gmail}` into agendad.yaml",
        )
    for access in settings.google_accounts:
        _one(access, settings, args, context)
    return 0


def _one(access: GoogleAccess, settings: Settings, args: argparse.Namespace, context: Context) -> None:
    from agendad.providers.google.consent import Asked, consent, has_browser, read_client
    from agendad.providers.google.scopes import MEANING, needed, short
    from agendad.providers.google.secrets import is_service_file, write_secret

    if is_service_file(access.credentials):
        context.say(f"{access.credentials} is a service account: it needs no consent")
        return
    given = [Path(args.client).expanduser()] if args.client else [context.config_dir / _CLIENT, access.credentials]
    client = read_client(*given)
    scopes = needed(settings, access)
    context.say("agendad asks Google for:")
    for scope in scopes:
        context.say(f"  {short(scope)}: {MEANING[scope]}")
    browser = not args.no_browser and has_browser()
    port = args.port if args.port is not None else (0 if browser else _PORT)
    asked = Asked(scopes, settings.me.address, access.endpoint, port, browser, context.stderr)
    kept = consent(client, asked)
    try:
        write_secret(access.credentials, kept)
    except OSError as error:
        raise ProviderError(f"{access.credentials}: {(error.strerror or str(error)).lower()}") from None
    context.print(f"{access.credentials} was written; `agendad doctor` tells whether all is well")
