"""The guided window: takes a person through one check, page by page, while the pattern stands on the display."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from calibration.checks.check_plan import BEFORE
from calibration.checks.check_table import check_named
from calibration.checks.live_curve import Ends, contrast_steps
from calibration.checks.run_order import RunState
from calibration.checks.steps import Ask, Choose, Enter, Instruct, Measure, Wait
from calibration.conformance.verdict import VerdictName
from calibration.photometer.meter_book import MeterFacts
from calibration.records.record import CheckRecord
from calibration.records.record_book import new_head
from calibration.ui.check_beginning import Beginning
from calibration.ui.check_help import KEYS, help_text
from calibration.ui.check_session import CheckSession
from calibration.ui.check_subject import CheckSubject
from calibration.ui.choose_page import ChoosePage
from calibration.ui.measure_page import MeasurePage
from calibration.ui.notices import HelpNotice, SkipNotice, StopNotice
from calibration.ui.panel_place import panel_rect, screen_for_instructions, window_rect
from calibration.ui.pattern_stage import PatternStage
from calibration.ui.pieces import button, label, row, window_style
from calibration.ui.session_views import Pause, PauseKind, ReadingView, StepView
from calibration.ui.step_pages import (
    ChoicePage,
    InstructPage,
    NumberPage,
    Page,
    PausePage,
    WaitPage,
    headline,
    time_text,
)
from calibration.ui.verdict_page import VerdictPage
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.screens import ScreenDescription, ScreenMap
from workstation.qtkit.tokens import Tokens, magnified
