"""Which monitor this is, and how its panel is set."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("diagnostic", "mammography", "review")


@dataclass(frozen=True)
class DisplayIdentity:
    """Which monitor this is. Without an EDID the connector and geometry stand in, as a weak identity."""

    connector: str
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    width_px: int = 0
    height_px: int = 0

    @property
    def is_weak(self) -> bool:
        """No serial number: another monitor on the same plug would be taken for this one."""
        return not self.serial

    @property
    def key(self) -> str:
        """A stable name for records and settings."""
        if self.is_weak:
            return f"{self.connector}:{self.width_px}x{self.height_px}"
        return f"{self.manufacturer}/{self.model}/{self.serial}"

    @property
    def title(self) -> str:
        """For people: maker, model and serial, else the plug."""
        named = " ".join(part for part in (self.manufacturer, self.model, self.serial) if part)
        return f"{named} ({self.connector})" if named else self.connector


@dataclass(frozen=True)
class PanelSettings:
    """What DDC/CI tells of the panel; None where the monitor does not say.

    Attributes
    ----------
    brightness, contrast
        VCP 0x10 and 0x12, 0 to 100 per cent of the panel's own scale.
    hours
        VCP 0xC0: hours of use.
    firmware
        VCP 0xC9.
    """

    brightness: int | None = None
    contrast: int | None = None
    hours: int | None = None
    firmware: str = ""


@dataclass(frozen=True)
class DisplayFacts:
    """A monitor with what is known of it. ``width_mm`` and ``height_mm`` are 0 where unknown; ``edid_sha256`` empty."""

    identity: DisplayIdentity
    width_mm: int = 0
    height_mm: int = 0
    edid_sha256: str = ""
    made: str = ""
    """Week and year, or model year, from the EDID."""
    panel: PanelSettings = PanelSettings()

    @property
    def pitch_mm(self) -> float | None:
        """Distance of two pixels, mm."""
        return self.width_mm / self.identity.width_px if self.width_mm and self.identity.width_px else None
