"""Opening what is known of this computer's displays: records, policies, panel settings, and the authority over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from calibration.checks.authority import Authority, DisplayAuthority
from calibration.checks.display_state import DisplayState, StateName
from calibration.checks.panel_watch import PanelWatch
from calibration.checks.qa_desk import QaDesk
from calibration.conformance.policy import Policy, load_policies
from calibration.displays.identity import DisplayIdentity
from calibration.gsdf.display_lut import DisplayLut
from calibration.records.folder import records_folder
from calibration.records.record_book import RecordBook
from workstation.foundation.clock import Clock
from workstation.foundation.errors import UserFacingError
from workstation.site.folders import Folders

POLICIES = "calibration-policies"
_GRACE_S = 2.0


class UnreadableRecords:
    """The records cannot be read: every state is UNKNOWN, with the reason."""

    def __init__(self, why: UserFacingError) -> None:
        self._why = why

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:  # noqa: ARG002 - the same for every one
        return DisplayState(StateName.UNKNOWN, role, (f"the records of the displays cannot be used: {self._why.what}",))

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:  # noqa: ARG002
        return None

    def roles(self) -> Mapping[str, str]:
        return {}


class UnreadablePolicies:
    """The policies cannot be read: every state is UNKNOWN, with the reason. LUTs and roles stand in the records."""

    def __init__(self, authority: Authority, why: UserFacingError) -> None:
        self._authority, self._why = authority, why

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:
        state = self._authority.state_of(identity, role)
        return replace(state, name=StateName.UNKNOWN, reasons=(self._why.what, *state.reasons))

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:
        return self._authority.lut_for(identity)

    def roles(self) -> Mapping[str, str]:
        return self._authority.roles()


@dataclass(frozen=True)
class Displays:
    """What a program that shows images needs: the authority, and the watch that knows the panels' settings."""

    authority: Authority
    watch: PanelWatch


@contextmanager
def opened_displays(folders: Folders, clock: Clock) -> Iterator[Displays]:
    """For the viewer: never fails; what cannot be read makes every display UNKNOWN."""
    watch, policies, fault = PanelWatch(), dict[str, Policy](), None
    try:
        policies = dict(own_and_shipped_policies(folders))
    except UserFacingError as error:
        fault = error
    try:
        book = RecordBook.open(records_folder(folders.root), clock)
    except UserFacingError as error:
        yield Displays(UnreadableRecords(error), watch)
        return
    with book, _watching(watch):
        authority = DisplayAuthority(book, policies, clock, watch.panel_of)
        yield Displays(authority if fault is None else UnreadablePolicies(authority, fault), watch)


@contextmanager
def opened_qa_desk(folders: Folders, clock: Clock) -> Iterator[QaDesk]:
    """For the calibration program.

    Raises
    ------
    UserFacingError
        When records or policies cannot be read.
    """
    watch = PanelWatch()
    policies = own_and_shipped_policies(folders)
    folder = records_folder(folders.root)
    with RecordBook.open(folder, clock) as book, _watching(watch):
        authority = DisplayAuthority(book, policies, clock, watch.panel_of)
        yield QaDesk(folders, folder, folders.config / POLICIES, book, policies, authority, watch, clock)


def own_and_shipped_policies(folders: Folders) -> Mapping[str, Policy]:
    """The policies in force: the site's own copies lie in the configuration folder."""
    return load_policies(folders.config / POLICIES)


@contextmanager
def _watching(watch: PanelWatch) -> Iterator[None]:
    watch.start()
    try:
        yield
    finally:
        watch.stop(_GRACE_S)
