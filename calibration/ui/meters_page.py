"""The page of meters: what their certificates say, and whether a meter answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout, QWidget

from calibration.checks.qa_desk import QaDesk
from calibration.photometer.meter import Photometer
from calibration.photometer.meter_book import (
    MeterBook,
    MeterFacts,
    certificate_warning,
    change_meter,
    forget_meter,
    read_meter_book,
    remember_meter,
)
from calibration.photometer.opening import open_meter
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Reading
from calibration.ui.lines_table import Column, LinesTable
from calibration.ui.meter_panel import KINDS
from calibration.ui.meter_sheet import KIND_TITLES, MeterSheet
from calibration.ui.page_parts import Progress, Told, WorkStrip, page_layout
from calibration.ui.pieces import button, clear, label, row
from calibration.ui.record_lines import meter_name
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput, UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens

Opener = Callable[[str, MeterBook, Clock], Photometer]
SOON_DAYS = 30
_FEWEST = 4
_WIDTHS = (0, 150, 230, 260, 96, 110)
_EMPTY = (
    "No meter is written down yet. A meter is used without that too; but without its certificate every verdict on "
    "luminance is provisional."
)


@dataclass(frozen=True)
class MeterLine:
    """One meter of the book on a day."""

    facts: MeterFacts
    today: date

    @property
    def days_left(self) -> int | None:
        """Of the certificate, counting today; None without one."""
        due = self.facts.certificate_due
        return None if due is None else (due - self.today).days

    @property
    def certificate(self) -> tuple[str, tuple[str, str]]:
        """In words, with icon and tone."""
        left = self.days_left
        if left is None:
            return "none: verdicts are provisional", ("warn", "warn")
        due = f"{self.facts.certificate_due}"
        if left < 0:
            return f"EXPIRED on {due}", ("fail", "fail")
        days = "today is the last day" if left == 0 else "1 day left" if left == 1 else f"{left} days left"
        return f"until {due}, {days}", ("clock", "warn") if left < SOON_DAYS else ("check", "ok")


_COLUMNS = (
    Column[MeterLine]("Meter", lambda each: each.facts.title or KIND_TITLES[each.facts.kind], is_wide=True),
    Column[MeterLine]("Serial number", lambda each: each.facts.serial or "any other"),
    Column[MeterLine]("Kind", lambda each: KIND_TITLES[each.facts.kind], is_quiet=True),
    Column[MeterLine](
        "Certificate",
        lambda each: each.certificate[0],
        lambda each: -1 if each.days_left is None else each.days_left,
        sign=lambda each: each.certificate[1],
    ),
    Column[MeterLine](
        "Correction",
        lambda each: f"x {each.facts.correction_factor:.4g}",
        lambda each: each.facts.correction_factor,
        is_number=True,
    ),
    Column[MeterLine](
        "Uncertainty",
        lambda each: f"{100 * each.facts.certificate_uncertainty:.2g} % (k = 2)",
        lambda each: each.facts.certificate_uncertainty,
        is_number=True,
    ),
)


class MetersPage(QWidget):
    """The meter book as a table, the form above it, and below a meter is tried."""

    book_changed = Signal()

    def __init__(self, desk: QaDesk, tasks: TaskRunner, tokens: Tokens, *, opener: Opener | None = None) -> None:
        super().__init__()
        named(self, "Meters")
        self._desk, self._tasks, self._tokens = desk, tasks, tokens
        self.told = Told("What became of the meters")
        self.table: LinesTable[MeterLine] = LinesTable(
            "Known meters", _COLUMNS, tokens, key=lambda each: (each.facts.kind, each.facts.serial)
        )
        self.table.fit_columns([tokens.px(width) for width in _WIDTHS])
        self._empty = label(_EMPTY, "secondary", name="No meters", wrap=True)
        self._sheet = QVBoxLayout()
        self.trial = MeterTrial(desk, tasks, tokens, opener or _open)
        self._lay_out()
        self.table.chosen.connect(lambda line: self._enable(is_any=line is not None))
        self.table.activated_line.connect(lambda line: self._ask(line.facts))

    def refresh(self) -> None:
        """Read the book anew."""
        config, today = self._desk.folders.config, self._desk.clock.now().astimezone().date()
        self._tasks.run(
            lambda _: tuple(MeterLine(facts, today) for facts in read_meter_book(config).meters),
            owner=self,
            on_success=self._show,
            on_failure=self._failed,
        )

    def _lay_out(self) -> None:
        self._add = button("Add meter …", "Add a meter", lambda: self._ask(None), key="Ctrl+N")
        self._edit = button("Change …", "Change the meter", self._change, key="Enter")
        self._remove = button("Remove", "Remove the meter from the book", self._ask_removal)
        self._add.setShortcut("Ctrl+N")
        layout = page_layout(self, self._tokens)
        layout.addLayout(row(self._add, self._edit, self._remove, 1, spacing=self._tokens.spacing.s))
        layout.addWidget(self.told)
        layout.addLayout(self._sheet)
        layout.addWidget(self._empty)
        layout.addWidget(self.table, 4)
        layout.addWidget(self.trial)
        layout.addStretch(1)
        self._enable(is_any=False)

    def _enable(self, *, is_any: bool) -> None:
        for each in (self._edit, self._remove):
            each.setEnabled(is_any)

    def _show(self, lines: tuple[MeterLine, ...]) -> None:
        self._empty.setVisible(not lines)
        self.table.setVisible(bool(lines))
        self.table.show_lines(lines)
        self.table.setMaximumHeight(self._tokens.px(28) * (max(_FEWEST, len(lines)) + 2))

    def _change(self) -> None:
        line = self.table.line
        if line is not None:
            self._ask(line.facts)

    def _ask(self, known: MeterFacts | None) -> None:
        clear(self._sheet)
        sheet = MeterSheet(known, self._tokens)
        sheet.setMaximumWidth(self._tokens.px(760))
        sheet.given.connect(lambda facts: self._write(known, facts))
        sheet.given_up.connect(lambda: clear(self._sheet))
        self._sheet.addWidget(sheet)
        sheet.focus_first()

    def _write(self, known: MeterFacts | None, facts: MeterFacts) -> None:
        clear(self._sheet)
        config = self._desk.folders.config
        self._do(
            lambda: remember_meter(config, facts) if known is None else change_meter(config, known, facts),
            f"Written down: {facts.title or KIND_TITLES[facts.kind]} {facts.serial}".strip() + ".",
        )

    def _ask_removal(self) -> None:
        line = self.table.line
        if line is None:
            return
        clear(self._sheet)
        question = _Removal(line.facts, self._tokens)
        question.keep.clicked.connect(lambda *_: clear(self._sheet))
        question.remove.clicked.connect(lambda *_: self._forget(line.facts))
        self._sheet.addWidget(question)
        question.keep.setFocus()

    def _forget(self, facts: MeterFacts) -> None:
        clear(self._sheet)
        config = self._desk.folders.config
        self._do(lambda: forget_meter(config, facts), "Removed. Records made with it stay as they are.")

    def _do(self, change: Callable[[], MeterBook], said: str) -> None:
        def work(_: CancelToken) -> MeterBook:
            try:
                return change()
            except OSError as error:
                raise BadInput(f"The meter book could not be written ({error.strerror}).") from error

        def done(_: MeterBook) -> None:
            self.told.say(said, "ok")
            self.refresh()
            self.book_changed.emit()

        self._tasks.run(work, owner=self, on_success=done, on_failure=self._failed)

    def _failed(self, error: UserFacingError) -> None:
        self.told.say(str(error), "fail")


class _Removal(QFrame):
    """Take this meter out of the book?"""

    def __init__(self, facts: MeterFacts, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Remove the meter?")
        self.setProperty("role", "notice")
        name = f"{facts.title or KIND_TITLES[facts.kind]} {facts.serial}".strip()
        self.keep = button("Keep it", "Keep the meter", lambda: None, key="Esc", role="primary")
        self.keep.setShortcut("Esc")
        self.remove = button("Remove it", "Remove the meter for good", lambda: None)
        layout = QVBoxLayout(self)
        pad = tokens.spacing.m
        layout.setContentsMargins(pad, pad, pad, pad)
        text = f"Remove {name} from the book? Its verdicts are provisional from then on."
        layout.addWidget(label(text, "title", name="What removing means", wrap=True))
        layout.addLayout(row(self.keep, self.remove, 1))


class MeterTrial(QFrame):
    """Does a meter answer? It is found and read once; nothing is recorded."""

    def __init__(self, desk: QaDesk, tasks: TaskRunner, tokens: Tokens, opener: Opener) -> None:
        super().__init__()
        named(self, "Try a meter")
        self.setProperty("role", "panel")
        self._desk, self._open = desk, opener
        self._kind = named(QComboBox(), "Kind of meter to try")
        for each in KINDS:
            if each.kind != "manual":
                self._kind.addItem(each.title, each.kind)
        self._argument = named(QLineEdit(), "Port or file of the meter to try")
        self._argument.setMinimumWidth(tokens.px(220))
        self._asks = label("", "secondary")
        self._try = button("Try it", "Try the meter", self._begin, key="Ctrl+T")
        self._try.setShortcut("Ctrl+T")
        self.strip = WorkStrip("Trial of the meter", tasks, tokens)
        self.told = Told("What the meter said")
        layout = QVBoxLayout(self)
        pad = tokens.spacing.m
        layout.setContentsMargins(pad, tokens.spacing.s, pad, pad)
        layout.setSpacing(tokens.spacing.s)
        layout.addWidget(label("Try a meter", "title"))
        about = "Lay it on a lit place of a screen. It is found and read once; nothing is recorded."
        layout.addWidget(label(about, "secondary", wrap=True))
        layout.addLayout(row(self._kind, self._asks, self._argument, self._try, 1, spacing=tokens.spacing.s))
        layout.addWidget(self.strip)
        layout.addWidget(self.told)
        self._kind.currentIndexChanged.connect(lambda _: self._kind_changed())
        self._argument.returnPressed.connect(self._begin)
        self.strip.given_up.connect(lambda: self.told.say("Given up."))
        self._kind_changed()

    @property
    def description(self) -> str:
        """The meter as `open_meter` takes it."""
        kind, argument = str(self._kind.currentData()), self._argument.text().strip()
        return f"{kind}:{argument}" if argument else kind

    def _kind_changed(self) -> None:
        kind = next(each for each in KINDS if each.kind == self._kind.currentData())
        self._asks.setText(kind.asks or "Place in its list")
        self._argument.setPlaceholderText(kind.example or "1: the first meter found")

    def _begin(self) -> None:
        description, desk = self.description, self._desk
        self.told.say("")

        def work(_: Progress, cancel: CancelToken) -> tuple[MeterIdentity, Reading]:
            meter = self._open(description, read_meter_book(desk.folders.config), desk.clock)
            try:
                return meter.connect(cancel), meter.read(cancel)
            finally:
                meter.close()

        self.strip.run("Looking for the meter", work, on_success=lambda got: self._show(*got), on_failure=self._failed)

    def _show(self, identity: MeterIdentity, reading: Reading) -> None:
        today = self._desk.clock.now().astimezone().date()
        colour = "" if reading.u_prime is None else f", u′ {reading.u_prime:.4f}, v′ {reading.v_prime:.4f}"
        ambient = "It sees room light too." if identity.includes_ambient else "It shuts room light out."
        warning = certificate_warning(identity, today) or f"Certificate valid until {identity.certificate_due}."
        text = f"{meter_name(identity)} answers: {reading.luminance_cd_m2:.4g} cd/m²{colour}. {ambient} {warning}"
        self.told.say(text, "ok" if identity.is_certified(today) else "warn")

    def _failed(self, error: UserFacingError) -> None:
        self.told.say(str(error), "fail")


def _open(description: str, book: MeterBook, clock: Clock) -> Photometer:
    return open_meter(description, book=book, clock=clock)
