"""Builds the desk: every object is given here what it needs, and nowhere else."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace

from calibration.checks.authority import SerialNumbersWanted
from calibration.checks.opening import Displays
from workstation.app.dictation_wiring import built_dictation
from workstation.app.store import Store
from workstation.dicom.dicom_object import UnusualReader
from workstation.dicom.unusual_objects import ReadInHelper
from workstation.foundation.clock import SiteClock
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.helper_process import HelperProcess
from workstation.hanging.protocol_files import load_protocols
from workstation.imaging.decoding_elsewhere import HELPER_MODULES, DecodeInHelper
from workstation.imaging.display_rules import DisplayRules
from workstation.imaging.frame_source import FrameSource
from workstation.imaging.memory_budget import MemoryBudget
from workstation.reading.case_book import CaseBook
from workstation.reading.desk import Desk
from workstation.reading.dictating import Dictation
from workstation.reading.drafting import DraftKeeper
from workstation.reading.hang_case import HangCase
from workstation.reading.headers import HeaderShelf
from workstation.reading.identity import AcceptedDifferences
from workstation.reading.log_in import LogIn, Reader
from workstation.reading.presentation_states import PresentationStateShelf
from workstation.reading.session import SessionParts
from workstation.reading.signing import SignReport
from workstation.reading.stored_objects import StoredObjects
from workstation.reading.take import TakeCase
from workstation.reporting.canonical import Author
from workstation.reporting.template import load_templates
from workstation.site.preferences import Preferences
from workstation.site.profile import SiteProfile
from workstation.sync.claims import Claims
from workstation.sync.dicomweb import DicomWeb
from workstation.sync.engine import SyncEngine
from workstation.sync.http_transport import SiteConnection
from workstation.sync.login import SiteAccount
from workstation.sync.mllp import Acknowledgement, send_mllp
from workstation.sync.outbox import Outbox
from workstation.sync.transfer import StudyTransfer
from workstation.sync.trust import pinned_context
from workstation.sync.ups_attributes import Performer
from workstation.sync.ups_rs import UpsRs
from workstation.vault.reader_key import ReaderKey
from workstation.vault.verifier import LocalVerifier


def build_desk(store: Store, profile: SiteProfile, preferences: Preferences) -> Desk:
    """The desk of one reader at one site, on an open store."""
    site_clock = SiteClock(store.clock)
    conditions = ConditionBoard(store.clock)
    login_line = SiteConnection(profile, site_clock=site_clock)
    account = SiteAccount(login_line, profile, store.clock)
    verifier = LocalVerifier(store.vault, store.folders.data / "readers")
    helper = HelperProcess(name="images", preload=HELPER_MODULES)
    unusual = ReadInHelper(helper)
    objects = StoredObjects(store.catalogue)
    shelf = HeaderShelf(store.catalogue, objects, unusual, DisplayRules.shipped().with_own(profile.display_rules))
    drafts = DraftKeeper(store.catalogue, store.clock, conditions)
    book = CaseBook()
    dictation = built_dictation(store, profile, preferences, drafts, book, conditions)

    def key_of(user: str) -> ReaderKey:
        return ReaderKey.load_or_create(store.vault, store.folders.data / "readers", user)

    parts = _SessionBuilder(
        store, profile, conditions, site_clock, account, verifier, drafts, key_of, unusual, dictation
    )
    return Desk(
        profile=profile,
        preferences=preferences,
        catalogue=store.catalogue,
        conditions=conditions,
        site_clock=site_clock,
        audit=store.audit,
        log_in=LogIn(account, verifier, key_of, store.catalogue.notes, conditions, site_clock, login_line.close),
        session_for=parts.build,
        hang_case=HangCase(store.catalogue, shelf, load_protocols(), profile.patient_id_issuer),
        shelf=shelf,
        presentation_states=PresentationStateShelf(store.catalogue, shelf, profile.patient_id_issuer),
        frame_source=FrameSource(
            shelf.open,
            budget=MemoryBudget.of(preferences.image_memory_mib << 20),
            decode_elsewhere=DecodeInHelper(helper),
        ),
        drafts=drafts,
        templates=load_templates(),
        displays=_displays_at(profile, store.displays),
        helper=helper,
        book=book,
        dictation=dictation,
    )


def _displays_at(profile: SiteProfile, displays: Displays) -> Displays:
    """The displays as this site judges them."""
    if profile.displays.allow_without_serial:
        return displays
    return replace(displays, authority=SerialNumbersWanted(displays.authority))


class _SessionBuilder:
    """What is built only once a reader is known."""

    def __init__(
        self,
        store: Store,
        profile: SiteProfile,
        conditions: ConditionBoard,
        site_clock: SiteClock,
        account: SiteAccount,
        verifier: LocalVerifier,
        drafts: DraftKeeper,
        key_of: Callable[[str], ReaderKey],
        unusual: UnusualReader,
        dictation: Dictation,
    ) -> None:
        self._store = store
        self._profile = profile
        self._conditions = conditions
        self._site_clock = site_clock
        self._account = account
        self._verifier = verifier
        self._drafts = drafts
        self._key_of = key_of
        self._unusual = unusual
        self._dictation = dictation

    def build(self, reader: Reader) -> SessionParts:
        connection = SiteConnection(
            self._profile,
            bearer=self._account.bearer,
            on_token_refused=self._account.token_was_refused,
            site_clock=self._site_clock,
        )
        worklist = UpsRs(connection, self._profile.worklist.url)
        performer = Performer(reader.user, reader.person_name or reader.name, reader.organisation)
        claims = Claims(self._store.catalogue, worklist, performer, self._store.clock)
        accepted = AcceptedDifferences(self._store.catalogue.notes, self._store.audit, reader.user)
        take = TakeCase(
            self._store.catalogue,
            claims,
            self._store.audit,
            self._site_clock,
            accepted,
            reader=reader.user,
            default_issuer=self._profile.patient_id_issuer,
        )
        engine = self._engine(connection, worklist, claims)
        return SessionParts(reader, claims, engine, take, self._signing(reader, take, accepted), connection.close)

    def _engine(self, connection: SiteConnection, worklist: UpsRs, claims: Claims) -> SyncEngine:
        catalogue, profile = self._store.catalogue, self._profile
        archive = DicomWeb(connection, profile.report.stow_url)
        outbox = Outbox(
            catalogue,
            archive,
            _message_sender(profile),
            worklist,
            profile,
            self._store.clock,
            self._conditions,
            self._store.audit,
            unusual=self._unusual,
        )
        images = DicomWeb(connection, profile.images.url)
        transfer = StudyTransfer(catalogue, images, profile, self._conditions, self._unusual)
        return SyncEngine(
            catalogue=catalogue,
            worklist=worklist,
            claims=claims,
            transfer=transfer,
            outbox=outbox,
            profile=profile,
            conditions=self._conditions,
            site_clock=self._site_clock,
        )

    def _signing(self, reader: Reader, take: TakeCase, accepted: AcceptedDifferences) -> SignReport:
        return SignReport(
            catalogue=self._store.catalogue,
            drafts=self._drafts,
            account=self._account,
            verifier=self._verifier,
            reader_key=self._key_of(reader.user),
            author=Author(reader.user, reader.person_name or reader.name, reader.organisation),
            audit=self._store.audit,
            profile=self._profile,
            site_clock=self._site_clock,
            identity=take.identity,
            accepted=accepted,
            dictation=self._dictation.obstacles,
        )


def _message_sender(profile: SiteProfile) -> Callable[[bytes], Acknowledgement]:
    context: ssl.SSLContext | None = pinned_context(profile.ca_paths()) if profile.report.oru_tls else None

    def send(message: bytes) -> Acknowledgement:
        return send_mllp(profile.report.oru_host, profile.report.oru_port, message, tls_context=context)

    return send
