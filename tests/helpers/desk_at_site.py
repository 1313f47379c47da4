"""A real desk on a real store at a real demo site: what the application's wiring builds, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workstation.app.store import KeySource, Store, opened_store
from workstation.app.wiring import build_desk
from workstation.demo_site.server import DemoSite
from workstation.foundation.cancel import CancelToken
from workstation.reading.case import Case
from workstation.reading.desk import Desk
from workstation.site.folders import folders_for
from workstation.site.preferences import Preferences
from workstation.site.profile import load_profile

T = TypeVar("T")


@dataclass
class DeskAtSite:
    """A desk with its store."""

    desk: Desk
    store: Store

    def sync(self) -> None:
        """One whole turn of synchronisation."""
        self.desk.sync_once(CancelToken())

    def item_of(self, accession: str) -> str:
        """UID of the item with this accession."""
        return next(row.item.uid for row in self.desk.worklist_rows() if accession in row.item.accessions)

    def opened(self, accession: str) -> Case:
        """The case of the item with this accession, taken and open."""
        opening = self.desk.open_case(self.item_of(accession))
        assert opening.case is not None
        return opening.case

    def fill(self, case: Case) -> None:
        """Write something into every field."""
        for field in self.desk.template(case).fields:
            self.desk.edit_field(case.key, field.id, f"Text of {field.heading.lower()}.")


@contextmanager
def demo_site(root: Path, studies: Path, **options: object) -> Iterator[tuple[DemoSite, Path]]:
    """A running demo site and its profile folder."""
    site = DemoSite(root / "site", studies=studies, **options)  # type: ignore[arg-type]
    site.start()
    try:
        profile = root / "profile"
        profile.mkdir(exist_ok=True)
        site.write_profile(profile)
        yield site, profile
    finally:
        site.stop()


@contextmanager
def desk_at(profile: Path, root: Path, user: str = "dr.demo", *, logs_in: bool = True) -> Iterator[DeskAtSite]:
    """A reader's desk with data below ``root``."""
    keys = KeySource(key_file=root / f"{user}.key")
    with opened_store(folders_for(root / user), keys) as store:
        desk = build_desk(store, load_profile(profile), Preferences())
        if logs_in:
            desk.log_in(user, "demo")
        try:
            yield DeskAtSite(desk, store)
        finally:
            desk.stop()


def until(answer: Callable[[], T | None], timeout_s: float = 20.0) -> T:
    """Ask until there is an answer."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = answer()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
