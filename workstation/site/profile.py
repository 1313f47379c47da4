"""The site profile: everything an installer decides for one site, read-only while the program runs.

Each field has its unit, bounds and a sentence of help; wrong keys are all named at once.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from workstation.foundation.errors import BadInput

SCHEMA = "site/1"


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("must be an https:// address")
    return url.rstrip("/")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone name such as America/New_York") from error
    return name


HttpsUrl = Annotated[str, AfterValidator(_https)]
DeliveryName = Literal["SR", "PDF", "ORU"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Worklist(_Part):
    """Where reading work comes from."""

    kind: Literal["ups-rs"] = Field("ups-rs", description="Protocol of the reading worklist: DICOM UPS-RS.")
    url: HttpsUrl = Field(description="Root of the UPS-RS service; /workitems follows it.")
    poll_interval_s: float = Field(10.0, ge=0.5, le=600, description="Seconds between two looks at the worklist.")


class Images(_Part):
    """Where images come from."""

    kind: Literal["dicomweb"] = Field("dicomweb", description="Protocol for images: QIDO-RS and WADO-RS.")
    url: HttpsUrl = Field(description="Root of the DICOMweb service; /studies follows it.")
    parallel_downloads: int = Field(6, ge=1, le=16, description="Instances fetched at the same time.")
    prefetch: bool = Field(True, description="Fetch images and priors of waiting items before they are opened.")


class ReportDelivery(_Part):
    """Where signed reports go."""

    stow_url: HttpsUrl = Field(description="Root of the DICOMweb service that stores SR and PDF.")
    oru_host: str = Field(description="Host of the MLLP receiver for ORU^R01.")
    oru_port: int = Field(ge=1, le=65535, description="Port of the MLLP receiver.")
    oru_tls: bool = Field(True, description="MLLP inside TLS. Plain MLLP is for a local gateway only.")
    receiving_application: str = Field("RIS", description="HL7 MSH-5.")
    receiving_facility: str = Field("SITE", description="HL7 MSH-6.")
    completed_waits_for: tuple[DeliveryName, ...] = Field(
        ("SR", "PDF", "ORU"), description="Deliveries that must be proven before the work item is completed."
    )
    coerced_attributes: tuple[str, ...] = Field(
        (), description="Attributes the site may change when it stores: patient_id, issuer, accession, name."
    )


class Account(_Part):
    """How readers log in."""

    kind: Literal["oauth2-password"] = Field("oauth2-password", description="How the site checks a reader.")
    token_url: HttpsUrl = Field(description="OAuth 2.0 token endpoint.")
    client_id: str = Field("lightbox-workstation", description="OAuth 2.0 client identifier.")
    certificate_url: HttpsUrl = Field(
        description="Where the site certifies a reader's signing key (PKCS#10 in, PEM out)."
    )
    fresh_login_s: int = Field(
        60, ge=10, le=900, description="A login older than this many seconds is not fresh enough to sign."
    )


class Trust(_Part):
    """Which certificates this site's servers and readers are trusted by. Hosts of the profile accept only these."""

    ca_files: tuple[str, ...] = Field(
        min_length=1, description="PEM files beside the profile with the site's own roots."
    )


class Displays(_Part):
    """What the site asks of monitors."""

    allow_without_serial: bool = Field(False, description="Accept monitors that state no serial number.")
    signing_on_unfit: Literal["allow", "warn", "block"] = Field(
        "warn", description="What happens when a report is signed while a diagnostic monitor is not known to be fit."
    )


class DictationAtSite(_Part):
    """How reports are dictated at this site."""

    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="Language of reports, BCP 47.")
    engine: Literal["", "off", "pocketsphinx", "vosk", "whisper"] = Field(
        "", description="Engine for readers who have chosen none; empty takes the best that is installed."
    )
    own_reports: str = Field(
        "", description="Folder of text files beside the profile: reports of the site, to learn how it is said there."
    )
    macros: str = Field("", description="File of the site's macros beside the profile.")


WindowRule = Literal["stored values", "rescaled values"]


class SiteProfile(_Part):
    """One site, as its installer describes it."""

    schema_: Literal["site/1"] = Field(alias="schema", description="Version of this file's form.")
    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$", description="Short name of the site, used in folder names.")
    name: str = Field(min_length=1, description="Name of the site as readers know it.")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field("UTC", description="The site's time zone.")
    patient_id_issuer: str = Field("", description="Issuer assumed for Patient IDs that name none.")
    worklist: Worklist
    images: Images
    report: ReportDelivery
    account: Account
    trust: Trust
    displays: Displays = Displays()
    dictation: DictationAtSite = DictationAtSite()
    display_rules: dict[str, WindowRule] = Field(
        default_factory=dict,
        description="What windows of the files act on, by modality, where it differs from IHE BIR: "
        '"stored values" or "rescaled values". CT and PT are always rescaled.',
    )
    return_reasons: tuple[str, ...] = Field(
        ("Outside my subspecialty", "Images incomplete", "Wrong patient or order", "End of shift"),
        min_length=1,
        description="Reasons offered when an item is returned to the site.",
    )
    folder: Path = Field(Path(), exclude=True, description="Folder of the profile; filled in when it is read.")

    def origins(self) -> frozenset[str]:
        """``scheme://host:port`` of every server this profile names; URLs from servers must be among them."""
        urls = (
            self.worklist.url,
            self.images.url,
            self.report.stow_url,
            self.account.token_url,
            self.account.certificate_url,
        )
        return frozenset(origin_of(url) for url in urls)

    def own_reports_path(self) -> Path | None:
        """The folder of the site's own reports; None where the profile names none."""
        return self.folder / self.dictation.own_reports if self.dictation.own_reports else None

    def macros_path(self) -> Path | None:
        """The file of the site's macros; None where the profile names none."""
        return self.folder / self.dictation.macros if self.dictation.macros else None

    def ca_paths(self) -> tuple[Path, ...]:
        """The site's root certificates as paths."""
        return tuple(self.folder / name for name in self.trust.ca_files)


def origin_of(url: str) -> str:
    """``scheme://host:port`` of a URL, the default port written out."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def load_profile(path: Path) -> SiteProfile:
    """Read a site profile.

    Parameters
    ----------
    path
        ``site.toml`` or the folder that holds it.

    Raises
    ------
    BadInput
        When the file is absent, is not TOML, or has wrong keys or values: every fault is named at once.
    """
    file = path / "site.toml" if path.is_dir() else path
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"There is no site profile at {file}.", "Ask your site for its profile folder.") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The site profile {file} cannot be read: {error}.", "Mend the file and try again.") from error
    try:
        profile = SiteProfile.model_validate({**raw, "folder": file.parent.resolve()})
    except ValidationError as error:
        raise BadInput(f"The site profile {file} has {_faults(error)}", "Mend them all and try again.") from error
    missing = [name for name, ca in zip(profile.trust.ca_files, profile.ca_paths(), strict=True) if not ca.is_file()]
    if missing:
        raise BadInput(f"The site profile {file} names certificates that are not there: {', '.join(missing)}.")
    return profile


def _faults(error: ValidationError) -> str:
    lines = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        what = (
            "is not a known key" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
        )
        lines.append(f"{key}: {what}")
    count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    return f"{count}: {'; '.join(lines)}."
