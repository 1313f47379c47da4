"""Displays in use: what hangs stays while its case is open, and every change is noticed."""

from __future__ import annotations

import time

import numpy as np

from calibration.checks.display_state import DisplayState, StateName
from calibration.displays.identity import DisplayFacts, DisplayIdentity
from calibration.gsdf.display_lut import DisplayLut
from workstation.reading.display_use import DisplayUse

LEFT = DisplayFacts(DisplayIdentity("DIAG-L", width_px=2048, height_px=2560))
OTHER = DisplayFacts(DisplayIdentity("DIAG-L", "ACM", "Five", "S-2", 2048, 2560))
SCREEN = "diagnostic:1"


class ScriptedAuthority:
    """Says what the test tells it to say."""

    def __init__(self) -> None:
        self.name = StateName.OK
        self.lut: DisplayLut | None = None

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:
        return DisplayState(self.name, role, ())

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:
        return self.lut

    def roles(self) -> dict[str, str]:
        return {}


def test_a_check_that_fails_takes_no_image_from_under_the_readers_eyes() -> None:
    authority = ScriptedAuthority()
    use = DisplayUse(authority)
    use.look({SCREEN: LEFT})
    assert use.for_hanging("case")[SCREEN].name is StateName.OK
    authority.name = StateName.FAILED
    use.look({SCREEN: LEFT})
    assert use.states[SCREEN].name is StateName.FAILED  # banner and signing rule know at once
    assert use.for_hanging("case")[SCREEN].name is StateName.OK
    assert use.for_hanging("next case")[SCREEN].name is StateName.FAILED


def test_a_case_that_was_closed_hangs_by_the_state_of_now() -> None:
    authority = ScriptedAuthority()
    use = DisplayUse(authority)
    use.look({SCREEN: LEFT})
    use.for_hanging("case")
    authority.name = StateName.EXPIRED
    use.look({SCREEN: LEFT})
    use.release("case")
    assert use.for_hanging("case")[SCREEN].name is StateName.EXPIRED


def test_another_monitor_in_the_same_place_does_not_inherit_the_state() -> None:
    authority = ScriptedAuthority()
    use = DisplayUse(authority)
    use.look({SCREEN: LEFT})
    use.for_hanging("case")
    authority.name = StateName.FAILED
    use.look({SCREEN: OTHER})
    assert use.for_hanging("case")[SCREEN].name is StateName.FAILED


def test_a_display_that_becomes_fit_is_used_in_the_open_case() -> None:
    authority = ScriptedAuthority()
    authority.name = StateName.FAILED
    use = DisplayUse(authority)
    use.look({SCREEN: LEFT})
    assert use.for_hanging("case")[SCREEN].name is StateName.FAILED
    authority.name = StateName.OK
    use.look({SCREEN: LEFT})
    assert use.for_hanging("case")[SCREEN].name is StateName.OK


def test_a_changed_state_or_table_is_noticed_once() -> None:
    authority = ScriptedAuthority()
    use = DisplayUse(authority)
    use.look({SCREEN: LEFT, "report:1": OTHER})
    assert set(use.states) == {SCREEN}
    assert not use.has_changed()
    authority.lut = DisplayLut(np.arange(256, dtype=np.uint8)[::-1].copy())
    assert use.has_changed()
    assert not use.has_changed()
    assert use.lut_of(SCREEN) is authority.lut
    assert use.lut_of("nowhere") is None
    authority.name = StateName.DUE
    assert use.has_changed()
    assert use.states[SCREEN].name is StateName.DUE


def test_the_only_monitor_is_judged_although_it_has_the_report_too() -> None:
    asked: list[str] = []

    class Asked(ScriptedAuthority):
        def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:
            asked.append(role)
            return super().state_of(identity, role)

    authority = Asked()
    authority.name, authority.lut = StateName.FAILED, DisplayLut.identity(8)
    use = DisplayUse(authority)
    use.look({"report:1": LEFT})
    assert use.states["report:1"].name is StateName.FAILED
    assert set(asked) == {"diagnostic"}
    assert use.lut_of("report:1") is authority.lut


def test_the_panels_in_use_are_watched_and_a_change_is_told() -> None:
    authority, told, watched = ScriptedAuthority(), [], []
    use = DisplayUse(authority, watched.append, lambda: told.append(1))
    use.look({SCREEN: LEFT})
    assert watched == [(LEFT,)]
    use.start()
    use.start()  # a second login starts nothing anew
    authority.name = StateName.FAILED
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        time.sleep(0.05)
    use.stop(5.0)
    assert told
