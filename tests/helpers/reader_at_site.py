"""One reader with a data folder of their own at a demo site: every part of sync put together, as the wiring does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.helpers.vaults import a_vault
from workstation.catalogue.catalogue import Catalogue, open_catalogue
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock, SystemClock
from workstation.foundation.conditions import ConditionBoard
from workstation.site.profile import SiteProfile, load_profile
from workstation.sync.claims import Claims
from workstation.sync.dicomweb import DicomWeb
from workstation.sync.engine import SyncEngine
from workstation.sync.http_transport import SiteConnection, Timeouts
from workstation.sync.login import SiteAccount
from workstation.sync.mllp import MllpSender
from workstation.sync.outbox import Outbox
from workstation.sync.transfer import StudyTransfer
from workstation.sync.ups_attributes import Performer
from workstation.sync.ups_rs import UpsRs
from workstation.vault.audit import AuditTrail


@dataclass
class ReaderAtSite:
    """All parts; `close` ends them."""

    profile: SiteProfile
    catalogue: Catalogue
    conditions: ConditionBoard
    site_clock: SiteClock
    account: SiteAccount
    worklist: UpsRs
    dicomweb: DicomWeb
    claims: Claims
    transfer: StudyTransfer
    outbox: Outbox
    engine: SyncEngine
    audit: AuditTrail
    performer: Performer
    connections: tuple[SiteConnection, ...]

    def once(self) -> None:
        """One whole turn."""
        self.engine.run_once(CancelToken())

    def condition_keys(self) -> set[str]:
        return {condition.key for condition in self.conditions.current()}

    def close(self) -> None:
        for connection in self.connections:
            connection.close()
        self.catalogue.close()


def reader_at(
    profile_path: Path, root: Path, user: str = "dr.demo", *, logs_in: bool = True, timeouts: Timeouts | None = None
) -> ReaderAtSite:
    """A reader of the site whose profile lies at ``profile_path``, with data below ``root``."""
    profile = load_profile(profile_path)
    clock = SystemClock()
    site_clock = SiteClock(clock)
    conditions = ConditionBoard(clock)
    vault = a_vault(root)
    catalogue = open_catalogue(root / "data", vault, clock)
    limits = timeouts or Timeouts(3.0, 10.0, 60.0)
    no_pause = lambda _seconds: None  # noqa: E731
    front = SiteConnection(profile, site_clock=site_clock, timeouts=limits, pause=no_pause)
    account = SiteAccount(front, profile, clock)
    inner = SiteConnection(
        profile,
        bearer=account.bearer,
        on_token_refused=account.token_was_refused,
        site_clock=site_clock,
        timeouts=limits,
        pause=no_pause,
    )
    performer = Performer(user, user, "")
    if logs_in:
        login = account.log_in(user, "demo")
        performer = Performer(login.user, login.name, login.organisation)
    worklist = UpsRs(inner, profile.worklist.url)
    dicomweb = DicomWeb(inner, profile.images.url)
    audit = AuditTrail(root / "audit", vault, None, clock)
    claims = Claims(catalogue, worklist, performer, clock, pause=no_pause)
    transfer = StudyTransfer(catalogue, dicomweb, profile, conditions)
    archive = DicomWeb(inner, profile.report.stow_url)
    outbox = Outbox(
        catalogue,
        archive,
        MllpSender(profile),
        worklist,
        profile,
        clock,
        conditions,
        audit,
        jitter=lambda _longest: 0.0,
    )
    engine = SyncEngine(
        catalogue=catalogue,
        worklist=worklist,
        claims=claims,
        transfer=transfer,
        outbox=outbox,
        profile=profile,
        conditions=conditions,
        site_clock=site_clock,
    )
    return ReaderAtSite(
        profile,
        catalogue,
        conditions,
        site_clock,
        account,
        worklist,
        dicomweb,
        claims,
        transfer,
        outbox,
        engine,
        audit,
        performer,
        (front, inner),
    )
