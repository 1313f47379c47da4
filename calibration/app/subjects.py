"""From monitors as the windowing system tells of them to displays as records know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calibration.checks.display_history import history_of
from calibration.checks.overview import DEFAULT_ROLE
from calibration.checks.qa_desk import QaDesk
from calibration.checks.video_lut import video_lut_of
from calibration.conformance.policy import policy_of
from calibration.displays.attached import SeenScreen, attached
from calibration.displays.ddc import panels_of
from calibration.displays.identity import DisplayFacts
from calibration.ui.check_subject import CheckSubject
from calibration.ui.pattern_choice import PatternTarget
from calibration.ui.register_sheet import DEFAULT_POLICY
from workstation.foundation.cancel import CancelToken
from workstation.qtkit.screens import ScreenDescription

Pair = tuple[ScreenDescription, DisplayFacts]
"""A monitor as Qt places it, and as the records know it."""


def pairs_of(desk: QaDesk | None, screens: Sequence[ScreenDescription]) -> tuple[Pair, ...]:
    """Every monitor with its facts; with the panel's settings as they were last seen. Takes a millisecond or so."""
    facts = attached([seen(screen) for screen in screens])
    if desk is not None:
        facts = tuple(replace(each, panel=desk.watch.panel_of(each.identity)) for each in facts)
    return tuple(zip(screens, facts, strict=True))


def seen(screen: ScreenDescription) -> SeenScreen:
    """A monitor as plain facts."""
    return SeenScreen(
        screen.name,
        screen.maker,
        screen.model,
        screen.serial,
        screen.width,
        screen.height,
        screen.width_mm,
        screen.height_mm,
    )


def subject_of(desk: QaDesk, pair: Pair) -> CheckSubject:
    """What a check of the display needs to know; asks the graphics card, so it is not for the GUI thread.

    Raises
    ------
    BadInput
        When the policy it is registered for is not on this computer.
    """
    screen, facts = pair
    registration = desk.authority.registration_of(facts.identity)
    calibration = history_of(facts.identity, desk.book.records(facts.identity.key)).calibration
    lut = desk.authority.lut_for(facts.identity)
    return CheckSubject(
        facts=facts,
        screen=screen,
        role=registration.role if registration else DEFAULT_ROLE,
        policy=policy_of(desk.policies, registration.policy if registration else DEFAULT_POLICY),
        lut=lut,
        lut_sha256=calibration.lut_sha256 if calibration is not None and lut is not None else "",
        reflection_cd_m2_per_lux=registration.reflection_cd_m2_per_lux if registration else None,
        target_max_cd_m2=registration.target_max_cd_m2 if registration else None,
        video_lut=video_lut_of(facts.identity.connector),
    )


def facts_again(screens: Sequence[ScreenDescription], before: DisplayFacts, cancel: CancelToken) -> DisplayFacts:
    """The display on the same plug as it is now, its settings asked anew; as it was where the plug is empty."""
    here = [facts for _, facts in pairs_of(None, screens) if facts.identity.connector == before.identity.connector]
    if not here:
        return before
    reading = panels_of(here, cancel).get(here[0].identity)
    return here[0] if reading is None else replace(here[0], panel=reading.settings)


def targets_of(desk: QaDesk, pairs: Sequence[Pair]) -> tuple[PatternTarget, ...]:
    """Displays that patterns can be shown on."""
    return tuple(
        PatternTarget(facts.identity.key, facts.identity.title, screen, desk.authority.lut_for(facts.identity))
        for screen, facts in pairs
    )
