"""Putting the words of a case into the diagnostic windows: banner, strip, "why", tools that are on, unfit displays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workstation.foundation.conditions import Condition
from workstation.reading.case import Case
from workstation.ui.diagnostic_window import DiagnosticWindow
from workstation.ui.hanging_work import HungCase
from workstation.ui.viewer_keys import tools_on
from workstation.ui.viewer_words import banner_of, facts_of, notices_for, reasons_of, unfit_screens
from workstation.viewing.case_view import CaseView


def show_words(
    windows: Mapping[str, DiagnosticWindow],
    case: Case | None,
    hung: HungCase | None,
    view: CaseView | None,
    conditions: Sequence[Condition],
    *,
    is_active: bool,
    playing: str,
) -> None:
    """Say in every window what is so for it now.

    Parameters
    ----------
    windows
        By screen id.
    is_active
        Whether ``case`` is the one that takes text.
    playing
        How fast a clip plays; empty when none does.
    """
    hanging = view.hanging if view is not None else None
    states = hung.states if hung is not None else {}
    unfit = unfit_screens(hanging, states) if hanging is not None else {}
    for screen_id, window in windows.items():
        window.banner.show_content(banner_of(case, hanging, states.get(screen_id), is_active=is_active))
        window.strip.show_notices(notices_for(screen_id, case, view, hung, conditions))
        window.strip.show_facts(facts_of(view, hung.images if hung else (0, 0), playing))
        window.mark_tools(tools_on(view, is_playing=bool(playing)))
        if hanging is not None:
            window.explain(hanging.why, reasons_of(hanging))
        if hanging is not None and screen_id in unfit:
            window.ask_override(unfit[screen_id], is_only_hope=hanging.needs_override)
        else:
            window.end_override()
