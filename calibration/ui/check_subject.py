"""The display a check is about, as the windows need it."""

from __future__ import annotations

from dataclasses import dataclass, field

from calibration.checks.run_order import RunOrder
from calibration.conformance.policy import Policy
from calibration.displays.identity import DisplayFacts
from calibration.gsdf.display_lut import DisplayLut
from calibration.readings.meter_identity import MeterIdentity
from workstation.qtkit.screens import ScreenDescription


@dataclass(frozen=True)
class CheckSubject:
    """One display in one role.

    Attributes
    ----------
    screen
        The monitor it is.
    lut, lut_sha256
        Display LUT in use; None and empty for the identity.
    """

    facts: DisplayFacts
    screen: ScreenDescription
    role: str
    policy: Policy
    lut: DisplayLut | None = field(default=None, repr=False)
    lut_sha256: str = ""
    reflection_cd_m2_per_lux: float | None = None
    target_max_cd_m2: float | None = None
    video_lut: str = "unknown"

    @property
    def title(self) -> str:
        """Of the display, for people."""
        return self.facts.identity.title

    @property
    def policy_is_confirmed(self) -> bool:
        """Whether somebody has read every limit for this role in the standard itself."""
        return all(rule.confirmed for rule in self.policy.rules_for(self.role) if rule.limit is not None)

    @property
    def contrast_limit(self) -> float:
        """Of the contrast response, as a fraction; 0.10 where the policy has none."""
        limits = (r.limit for r in self.policy.rules_for(self.role) if r.metric == "max_contrast_deviation")
        return next((limit for limit in limits if limit is not None), 0.10)

    def order(self, check: str, operator: str, meter: MeterIdentity | None) -> RunOrder:
        """What is to be run."""
        return RunOrder(
            check=check,
            facts=self.facts,
            role=self.role,
            policy=self.policy,
            operator=operator,
            meter=meter,
            lut=self.lut,
            lut_sha256=self.lut_sha256,
            reflection_cd_m2_per_lux=self.reflection_cd_m2_per_lux,
            target_max_cd_m2=self.target_max_cd_m2,
            video_lut=self.video_lut,
        )
