"""One demo site over the tiny studies for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.site_client import SiteClient
from tests.helpers.tiny_studies import write_tiny_studies
from workstation.demo_site.server import DemoSite


@pytest.fixture(scope="session")
def tiny_studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_studies(tmp_path_factory.mktemp("studies"))


@pytest.fixture
def site(tmp_path: Path, tiny_studies: Path) -> Iterator[DemoSite]:
    with DemoSite(tmp_path / "site", studies=tiny_studies) as running:
        yield running


@pytest.fixture
def log_in(site: DemoSite, tmp_path: Path) -> Iterator[Callable[..., SiteClient]]:
    """Gives a client for a user; all are closed at the end."""
    clients: list[SiteClient] = []

    def for_user(user: str = "dr.demo", password: str = "demo") -> SiteClient:  # noqa: S107 - the demo account
        clients.append(SiteClient(site, tmp_path / "profile", user, password))
        return clients[-1]

    yield for_user
    for client in clients:
        client.session.close()


@pytest.fixture
def client(log_in: Callable[..., SiteClient]) -> SiteClient:
    return log_in()
