"""Builders of vaults and catalogues for tests, with a clock that a test owns and secrets in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from workstation.catalogue.catalogue import Catalogue, open_catalogue
from workstation.vault.keys import Argon2Cost, KeyFileSlot, Vault, open_or_create_vault

QUICK = Argon2Cost(iterations=1, lanes=1, memory_kib=8)
"""The cheapest Argon2id there is, so that tests do not wait."""


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class MemorySecrets:
    """A key store that keeps its secrets in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, value: str) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


def a_vault(root: Path) -> Vault:
    """The vault of ``root/data``, opened by ``root/data.key``; made on the first call."""
    data = root / "data"
    return open_or_create_vault(data, KeyFileSlot(root / "data.key", data))


def a_catalogue(root: Path, clock: HandClock | None = None) -> Catalogue:
    """The catalogue of ``root/data``; the test closes it."""
    return open_catalogue(root / "data", a_vault(root), clock or HandClock())
