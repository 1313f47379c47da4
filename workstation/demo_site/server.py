"""The demo site: one object that is a whole hospital's side of the wire, on loopback."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from workstation.demo_site.accounts import DEMO_ACCOUNTS, Account, Accounts
from workstation.demo_site.certificates import CertificateAuthority
from workstation.demo_site.dicomweb_service import DicomwebService
from workstation.demo_site.extra_patients import write_extra_patients
from workstation.demo_site.faults import Faults
from workstation.demo_site.front import DICOMWEB_ROOT, UPS_ROOT, Front, Service
from workstation.demo_site.https_server import HttpsServer
from workstation.demo_site.image_archive import ImageArchive
from workstation.demo_site.instance_faults import InstanceFaults
from workstation.demo_site.mllp_service import MllpServer, ReceivedMessage, ReportReceiver
from workstation.demo_site.orthanc import Orthanc
from workstation.demo_site.orthanc_proxy import OrthancProxy
from workstation.demo_site.prior_reports import write_prior_reports
from workstation.demo_site.profile_file import write_profile
from workstation.demo_site.stories import load_stories
from workstation.demo_site.studies_on_disk import InstanceOnDisk, StudyOnDisk, read_instances, studies_of
from workstation.demo_site.tls_server import LOOPBACK
from workstation.demo_site.ups_service import UpsService
from workstation.demo_site.ups_store import HeldItem, UpsStore
from workstation.demo_site.web import Request, Response
from workstation.demo_site.worklist_items import Site, order_numbers, worklist_of
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock, SystemClock
from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder
from workstation.foundation.resources import resource_path

log = logging.getLogger(__name__)

PACS_KINDS = ("embedded", "orthanc")
_TOKEN_LIFE_S = 900.0
Part = TypeVar("Part")


@dataclass(frozen=True)
class Claim:
    """Who holds a work item, for inspection. The Transaction UID is what the site never gives out on the wire."""

    item_uid: str = field(repr=False)
    state: str
    user: str
    transaction_uid: str = field(repr=False)
    cancel_requests: int = 0


class _SkewedClock:
    """The site's clock: this computer's, moved by the fault ``clock_skew_s``."""

    def __init__(self, own: Clock, faults: Faults) -> None:
        self._own = own
        self._faults = faults

    def now(self) -> datetime:
        return self._own.now() + timedelta(seconds=self._faults.number("clock_skew_s"))


class DemoSite:
    """A site on 127.0.0.1: worklist, images, report receivers, accounts and its own certificate authority.

    Parameters
    ----------
    folder
        Where the site keeps what is its own: keys, stored objects, its worklist. A site started again on the same
        folder goes on where it stopped.
    studies
        A folder of DICOM files, read and never written. Folders in it that bear the name of a demo study get its story.
    pacs
        ``embedded``: our own archive; ``orthanc``: a real Orthanc behind our HTTPS.
    port
        Of HTTPS; 0 lets the system choose.
    faults
        See `workstation.demo_site.faults.FAULTS`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        studies: Path,
        pacs: str = "embedded",
        port: int = 0,
        faults: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        accounts: tuple[Account, ...] = DEMO_ACCOUNTS,
    ) -> None:
        if not studies.is_dir():
            raise BadInput(f"There is no folder of studies at {studies}.")
        if pacs not in PACS_KINDS:
            raise BadInput(f"There is no archive {pacs!r}.", f"Choose one of: {', '.join(PACS_KINDS)}.")
        self.faults = Faults(faults)
        self._folder = make_private_folder(folder)
        self._studies_folder = studies
        self._pacs = pacs
        self._port = port
        self._clock = _SkewedClock(clock or SystemClock(), self.faults)
        self._account_list = accounts
        self._accounts = Accounts(
            accounts, self._clock, lifetime_s=lambda: self.faults.number("token_life_s", _TOKEN_LIFE_S)
        )
        self._authority = CertificateAuthority(folder / "authority", SystemClock())
        self._closing = CancelToken()
        self._lock = threading.Lock()
        self._stored: list[bytes] = []
        self._studies: tuple[StudyOnDisk, ...] = ()
        self._https: HttpsServer | None = None
        self._mllp: MllpServer | None = None
        self._orthanc: Orthanc | None = None
        self._archive: ImageArchive | None = None
        self._receiver: ReportReceiver | None = None
        self._worklist: UpsStore | None = None

    @property
    def base_url(self) -> str:
        """``https://127.0.0.1:port``."""
        return f"https://{LOOPBACK}:{_started(self._https).port}"

    @property
    def ups_url(self) -> str:
        return self.base_url + UPS_ROOT

    @property
    def dicomweb_url(self) -> str:
        return self.base_url + DICOMWEB_ROOT

    @property
    def mllp_port(self) -> int:
        return _started(self._mllp).port

    @property
    def ca_pem(self) -> bytes:
        """The site's root certificate."""
        return self._authority.pem

    @property
    def account_list(self) -> tuple[Account, ...]:
        return self._account_list

    @property
    def studies(self) -> tuple[StudyOnDisk, ...]:
        """The studies the site began with."""
        return self._studies

    def start(self) -> None:
        """Index the studies and begin to serve.

        Raises
        ------
        UserFacingError
            When the port is taken, or Orthanc is wanted and cannot be had.
        """
        instances = self._prepared()
        self._studies = studies_of(instances)
        self._closing = CancelToken()
        try:
            self._serve(instances)
        except BaseException:
            self.stop()
            raise
        log.info("the demo site serves %d studies at %s", len(self._studies), self.base_url)

    def stop(self) -> None:
        """Stop serving; wait for every connection to end."""
        self._closing.cancel()
        for server in (self._https, self._mllp):
            if server is not None:
                server.stop()
        if self._orthanc is not None:
            self._orthanc.stop()
        self._https = self._mllp = self._orthanc = None

    def __enter__(self) -> DemoSite:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def write_profile(self, folder: Path) -> Path:
        """Write the site's profile (``site.toml`` and ``ca.pem``) for its readers; return the path of ``site.toml``."""
        return write_profile(folder, base_url=self.base_url, mllp_port=self.mllp_port, ca_pem=self.ca_pem)

    # What tests and trainers may look at.

    def worklist(self) -> tuple[HeldItem, ...]:
        """Every work item as the site holds it."""
        return tuple(_started(self._worklist).all())

    def claims(self) -> dict[str, Claim]:
        """Items that somebody has claimed, or asked to cancel, by UID."""
        return {
            item.uid: Claim(item.uid, item.state, item.owner, item.transaction_uid, len(item.cancel_requests))
            for item in self.worklist()
            if item.transaction_uid or item.cancel_requests
        }

    def messages(self) -> tuple[ReceivedMessage, ...]:
        """The HL7 messages that the RIS has filed."""
        return _started(self._receiver).messages

    def stored_objects(self) -> tuple[bytes, ...]:
        """What has arrived by STOW-RS and was kept: objects as files."""
        if self._pacs == "embedded":
            return tuple(instance.path.read_bytes() for instance in _started(self._archive).stored)
        with self._lock:
            return tuple(self._stored)

    def _prepared(self) -> list[InstanceOnDisk]:
        """Index the studies, and what the site adds to them: more patients and earlier reports."""
        stories = load_stories(resource_path("demo_site", "stories.json"))
        derived = make_private_folder(self._folder / "derived")
        given = read_instances(self._studies_folder, known_keys=stories)
        by_key = {study.key: study for study in studies_of(given) if study.key}
        write_extra_patients(derived / "patients", stories.values(), by_key)
        write_prior_reports(derived / "reports", stories.values(), by_key)
        return [*given, *read_instances(derived, known_keys=stories)]

    def _serve(self, instances: list[InstanceOnDisk]) -> None:
        context = self._authority.server_context()
        try:
            self._https = HttpsServer(self._port, self._not_yet, context, self._clock)
        except OSError as error:
            raise BadInput(
                f"Port {self._port} on this computer is taken.", "Choose another, or 0 for a free one."
            ) from error
        stories = load_stories(resource_path("demo_site", "stories.json"))
        site = Site(self._clock.now(), self.dicomweb_url, {each.user: each for each in self._account_list})
        self._worklist = UpsStore(worklist_of(self._studies, stories, site), self._folder / "worklist.json")
        self._receiver = ReportReceiver(self._known_orders, self._clock, self.faults)
        self._mllp = MllpServer(0, self._receiver, context)
        services: dict[str, Service] = {
            UPS_ROOT: UpsService(self._worklist, self._clock, self.faults, self.ups_url),
            DICOMWEB_ROOT: self._images(instances),
        }
        self._https.application = Front(
            services, self._accounts, self._authority, self.faults, warning_agent=self.base_url, closing=self._closing
        )
        self._https.start()
        self._mllp.start()

    def _images(self, instances: list[InstanceOnDisk]) -> Service:
        self._archive = ImageArchive(instances, self._folder / "stored", self.dicomweb_url)
        if self._pacs == "embedded":
            return DicomwebService(self._archive, self.faults, self.dicomweb_url)
        host = f"{LOOPBACK}:{_started(self._https).port}"
        self._orthanc = Orthanc(self._folder / "orthanc", public_host=host)
        self._orthanc.start()
        kept = self._orthanc.push((each.path for each in instances), self._closing)
        log.info("Orthanc holds %d of %d objects", kept, len(instances))
        return OrthancProxy(
            self._orthanc, self.faults, InstanceFaults(self.faults, self._archive.instances), self._note_stored
        )

    def _known_orders(self) -> dict[str, str]:
        return order_numbers(self.worklist())

    def _note_stored(self, content: bytes) -> None:
        with self._lock:
            self._stored.append(content)

    def _not_yet(self, _: Request) -> Response:
        return Response(503)


def _started(part: Part | None) -> Part:
    if part is None:
        raise RuntimeError("the demo site is not running")
    return part
