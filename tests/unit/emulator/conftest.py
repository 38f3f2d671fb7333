"""A Google with one account, and Google's own client on it over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulated import World, build_service

from emulator import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def calendar(world: World) -> Iterator[Any]:
    """The stock client for Calendar."""
    with Server(world.google) as server, build_service(world, server, "calendar", "v3", "calendar") as service:
        yield service


@pytest.fixture
def gmail(world: World) -> Iterator[Any]:
    """The stock client for Gmail."""
    scopes = ("gmail.compose", "gmail.readonly", "gmail.labels", "gmail.modify")
    with Server(world.google) as server, build_service(world, server, "gmail", "v1", *scopes) as service:
        yield service
