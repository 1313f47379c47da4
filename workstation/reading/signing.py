"""Signing: check, authenticate afresh, freeze, render once, put into the outbox. In that order, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calibration.checks.display_state import DisplayState, StateName
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ItemNotHeld
from workstation.catalogue.instances import Counts
from workstation.catalogue.outbox_store import NewDelivery
from workstation.catalogue.reports import SignedRecord
from workstation.dicom.workitem import WorkItem
from workstation.foundation.clock import SiteClock
from workstation.reading.case import Case
from workstation.reading.drafting import DraftKeeper
from workstation.reading.errors import NotNow, WrongPassword
from workstation.reading.identity import AcceptedDifferences, IdentityFinding
from workstation.reading.obstacles import Obstacle
from workstation.reading.render_report import deliveries_of
from workstation.reading.report_content import canonical_report
from workstation.reading.signing_certificate import certificate_fault
from workstation.reporting.canonical import Author, CanonicalReport
from workstation.reporting.checks import text_obstacles
from workstation.reporting.draft import Draft
from workstation.reporting.signature import sign_canonical
from workstation.reporting.template import Template
from workstation.site.profile import SiteProfile
from workstation.sync.errors import LoginRefused, Refused, Unreachable, WrongAnswer, is_away
from workstation.sync.login import SiteAccount
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail
from workstation.vault.reader_key import ReaderKey
from workstation.vault.verifier import LocalVerifier

_NOT_READY = "The site says that not all images have reached it yet. Say in words why you sign all the same."
_SHORTEST_ACKNOWLEDGEMENT = 3


@dataclass(frozen=True)
class SignedReport:
    """What signing gave."""

    report_id: str
    version: int
    sha256: str


class SignReport:
    """The one way from a draft to a signed report."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        drafts: DraftKeeper,
        account: SiteAccount,
        verifier: LocalVerifier,
        reader_key: ReaderKey,
        author: Author,
        audit: AuditTrail,
        profile: SiteProfile,
        site_clock: SiteClock,
        identity: Callable[[Sequence[WorkItem]], IdentityFinding],
        accepted: AcceptedDifferences,
        dictation: Callable[[str], Sequence[Obstacle]] = lambda _case_key: (),
    ) -> None:
        self._catalogue = catalogue
        self._drafts = drafts
        self._account = account
        self._verifier = verifier
        self._reader_key = reader_key
        self._author = author
        self._audit = audit
        self._profile = profile
        self._site_clock = site_clock
        self._identity = identity
        self._accepted = accepted
        self._dictation = dictation

    def obstacles(
        self, case: Case, template: Template, display_states: Mapping[str, DisplayState]
    ) -> tuple[Obstacle, ...]:
        """Everything in the way of signing this case now, gathered from all who may object."""
        draft = self._drafts.get(case.key)
        found: list[Obstacle] = []
        if case.read_only_reason:
            found.append(Obstacle("read-only", case.read_only_reason))
        finding = self._identity(case.items)
        found.extend(Obstacle("order-mismatch", text) for text in finding.contradictions)
        found.extend(self._accepted.still_open(finding))
        found.extend(_order_obstacles(case))
        found.extend(self._image_obstacles(case))
        if draft is None:
            found.append(Obstacle("no-draft", "There is no report yet. Write it first."))
        else:
            found.extend(
                Obstacle(o.key, o.text, o.must_acknowledge, is_blocking=not o.must_acknowledge)
                for o in text_obstacles(draft, template)
            )
        found.extend(self._dictation(case.key))
        fault = certificate_fault(self._reader_key.certificate_chain, self._site_clock.now())
        if fault:
            found.append(Obstacle("key-not-certified", fault))
        found.extend(self._display_obstacles(display_states))
        return tuple(found)

    def __call__(
        self,
        case: Case,
        template: Template,
        password: str,
        acknowledgements: Mapping[str, str],
        display_states: Mapping[str, DisplayState],
    ) -> SignedReport:
        """Sign the draft of ``case``, which is to be in its newest state.

        That the reader holds every item is asked once more in the very transaction that freezes the report.

        Raises
        ------
        NotNow
            Naming every obstacle that still stands, or what has changed since the password was asked for.
        WrongPassword
            When neither the site nor, while it cannot be reached, this computer accepts the password.
        """
        draft = self._drafts.get(case.key)
        standing = [
            obstacle.text
            for obstacle in self.obstacles(case, template, display_states)
            if obstacle.is_blocking
            or (obstacle.must_acknowledge and not _is_typed(acknowledgements.get(obstacle.key, "")))
        ]
        if standing or draft is None:
            raise NotNow("The report cannot be signed yet: " + " ".join(standing))
        self._authenticate(password)
        self._drafts.save_now()
        report = self._report(case, draft, template, acknowledgements, display_states)
        self._drafts.retire(case.key, draft, lambda: self._freeze(case, report))
        self._accepted.accept(self._identity(case.items), acknowledgements.keys())
        for item_uid in case.item_uids:
            self._audit.record(
                AuditEvent(AuditCode.REPORT_SIGNED, self._author.user_id, item_uid, detail=report.sha256)
            )
        return SignedReport(report.report_id, report.version, report.sha256)

    def _freeze(self, case: Case, report: CanonicalReport) -> None:
        record, deliveries = self._frozen(case, report)
        try:
            self._catalogue.reports.freeze(record, deliveries, draft_key=case.key, completing=case.item_uids)
        except ItemNotHeld as error:
            raise NotNow(error.what, error.advice) from error

    def _frozen(self, case: Case, report: CanonicalReport) -> tuple[SignedRecord, tuple[NewDelivery, ...]]:
        canonical = report.canonical_bytes()
        signature = sign_canonical(canonical, self._reader_key.private_key, self._reader_key.certificate_chain)
        record = SignedRecord(
            report_id=report.report_id,
            version=report.version,
            item_uids=case.item_uids,
            study_uids=case.study_uids,
            canonical=canonical,
            sha256=report.sha256,
            signature=signature,
            signed_at=datetime.fromisoformat(report.signed_at),
            author=self._author.user_id,
        )
        return record, deliveries_of(report, case, self._profile, self._reader_key)

    def _report(
        self,
        case: Case,
        draft: Draft,
        template: Template,
        acknowledgements: Mapping[str, str],
        states: Mapping[str, DisplayState],
    ) -> CanonicalReport:
        return canonical_report(
            case=case,
            draft=draft,
            template=template,
            author=self._author,
            catalogue=self._catalogue,
            profile=self._profile,
            site_clock=self._site_clock,
            display_statement=display_statement(states),
            acknowledgements=[(key, text) for key, text in acknowledgements.items() if _is_typed(text)],
        )

    def _authenticate(self, password: str) -> None:
        user = self._author.user_id
        try:
            self._must_be(user, self._account.reauthenticate(user, password).user)
        except LoginRefused as error:
            self._audit.record(AuditEvent(AuditCode.USER_AUTHENTICATION, user, outcome_ok=False, detail="signing"))
            raise WrongPassword("The site did not accept that password.", "Nothing was signed. Try again.") from error
        except (Unreachable, Refused, WrongAnswer) as error:
            if not is_away(error):
                raise
            if not self._verifier.check(user, password):
                self._audit.record(AuditEvent(AuditCode.USER_AUTHENTICATION, user, outcome_ok=False, detail="offline"))
                raise WrongPassword(
                    "The site cannot be reached, and this computer does not know that password.",
                    "Nothing was signed. Use the password of your last login.",
                ) from error
        self._audit.record(AuditEvent(AuditCode.USER_AUTHENTICATION, user, detail="signing"))

    def _must_be(self, user: str, answered: str) -> None:
        """The site checked a password: of this very reader?"""
        if answered not in ("", user):
            self._audit.record(AuditEvent(AuditCode.USER_AUTHENTICATION, user, outcome_ok=False, detail="signing"))
            raise WrongPassword("The site took that password for somebody else's.", "Nothing was signed. Log in again.")

    def _image_obstacles(self, case: Case) -> Sequence[Obstacle]:
        found = []
        for study_uid in case.study_uids:
            counts = self._catalogue.instances.counts(study_uid)
            text = _incompleteness(counts)
            if text:
                found.append(Obstacle(f"images:{study_uid}", text, must_acknowledge=True, is_blocking=False))
        if not all(item.input_ready for item in case.items):
            found.append(Obstacle("images-not-ready", _NOT_READY, must_acknowledge=True, is_blocking=False))
        return found

    def _display_obstacles(self, states: Mapping[str, DisplayState]) -> Sequence[Obstacle]:
        rule = self._profile.displays.signing_on_unfit
        if rule == "allow":
            return ()
        return [
            Obstacle(f"display:{screen}", f"{_screen_name(screen)}: {state.sentence}.", is_blocking=rule == "block")
            for screen, state in sorted(states.items())
            if state.name not in (StateName.OK, StateName.DUE)
        ]


def display_statement(states: Mapping[str, DisplayState]) -> str:
    """The sentence about displays that is frozen into the report."""
    if not states:
        return "No diagnostic display was in use."
    return " ".join(f"{_screen_name(screen)}: {state.sentence}." for screen, state in sorted(states.items()))


def _order_obstacles(case: Case) -> Sequence[Obstacle]:
    """A report answers orders and is about studies: without them there is nothing to answer, and nowhere to keep it."""
    found = []
    if not all(item.orders for item in case.items):
        found.append(Obstacle("no-order", "The site names no order for this item. Call the site."))
    if not all(item.study_uids for item in case.items):
        found.append(Obstacle("no-study", "The site names no study for this item. Call the site."))
    return found


def _incompleteness(counts: Counts) -> str:
    if counts.expected == 0:
        return "The site has not said how many images this study has. Say in words why you sign all the same."
    missing = counts.expected - counts.received
    parts = []
    if counts.quarantined:
        parts.append(f"{counts.quarantined} set aside as broken or foreign")
    if missing - counts.quarantined > 0:
        parts.append(f"{missing - counts.quarantined} not received")
    if not parts:
        return ""
    return f"{counts.received} of {counts.expected} images: {', '.join(parts)}. Say in words why you sign all the same."


def _screen_name(screen: str) -> str:
    role, _, number = screen.partition(":")
    return f"{role.capitalize()} monitor {number}".strip()


def _is_typed(text: str) -> bool:
    return len(text.strip()) >= _SHORTEST_ACKNOWLEDGEMENT
