"""The page of records: everything that was recorded of a display, each record in full, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from calibration.checks.qa_desk import QaDesk
from calibration.exports.report_files import write_report
from calibration.records.chain import Verification
from calibration.records.export_file import SUFFIX, ExportHeader, ImportReport
from calibration.records.record import CalibrationRecord, DisplayRecord, OverrideRecord, StoredRecord
from calibration.ui.lines_table import Column, LinesTable
from calibration.ui.page_parts import FileAsker, FileDialogs, Halves, Told, WorkStrip, page_layout
from calibration.ui.pieces import button, clear, row
from calibration.ui.record_detail import RecordDetail
from calibration.ui.record_lines import KINDS, RecordLine, import_words, line_of, local, verification_words, zone
from calibration.ui.withdraw_sheet import Withdrawal, WithdrawSheet
from calibration.ui.withdrawing import in_force, withdrawn
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens

_REPORTS = "PDF (*.pdf);;Tables (*.csv);;JSON (*.json);;DICOM JSON (*.dicom.json);;DICOM (*.dcm);;Curves (*.svg)"
_EXPORTS = f"Records (*{SUFFIX})"
_COLUMNS = (
    Column[RecordLine]("Date", lambda each: local(each.at), lambda each: each.at, tip=lambda each: zone(each.at)),
    Column[RecordLine]("What", lambda each: each.title),
    Column[RecordLine]("Outcome", lambda each: each.outcome, sign=lambda each: each.sign),
    Column[RecordLine]("Operator", lambda each: each.record.head.operator),
    Column[RecordLine]("Meter", lambda each: each.meter, is_quiet=True),
    Column[RecordLine]("Remarks", lambda each: each.remarks, is_wide=True, is_quiet=True),
)
_WIDTHS = (118, 142, 188, 96, 140, 0)


@dataclass(frozen=True)
class HistoryView:
    """What the page shows.

    Attributes
    ----------
    titles
        By key of every display there are records of, for people.
    in_force
        Ids of the overrides that hold now.
    """

    titles: Mapping[str, str]
    key: str
    lines: tuple[RecordLine, ...]
    in_force: frozenset[str]


class HistoryPage(QWidget):
    """Records newest first at the left, the one in hand at the right."""

    records_changed = Signal()

    def __init__(
        self,
        desk: QaDesk,
        tasks: TaskRunner,
        tokens: Tokens,
        *,
        operator: Callable[[], str],
        files: FileAsker | None = None,
    ) -> None:
        super().__init__()
        named(self, "History")
        self._desk, self._tasks, self._tokens, self._operator = desk, tasks, tokens, operator
        self._files = files or FileDialogs()
        self._wanted = ""
        self._view: HistoryView | None = None
        self._display = named(QComboBox(), "Display of the history")
        self._kind = named(QComboBox(), "Kind of records")
        for kind, title in KINDS:
            self._kind.addItem(title, kind)
        self.table: LinesTable[RecordLine] = LinesTable(
            "Records", _COLUMNS, tokens, key=lambda each: each.record.head.id
        )
        self.table.fit_columns([tokens.px(width) for width in _WIDTHS])
        self.detail = RecordDetail(tokens)
        self.strip = WorkStrip("Work on records", tasks, tokens)
        self.told = Told("What was done with the records")
        self._head = ""
        self._copy = button("Copy the head", "Copy the head of the chain", self._copy_head)
        self._copy.hide()
        self._sheet = QVBoxLayout()
        self._lay_out()
        self._connect()

    # --- what others ask of it ------------------------------------------------------------------------------------

    def show_display(self, key: str) -> None:
        """The records of one display."""
        self._wanted = key
        self.refresh()

    def refresh(self) -> None:
        """Look at the records anew."""
        wanted = self._wanted or (self._view.key if self._view else "")
        self._tasks.run(
            lambda _: view_of(self._desk, wanted),
            owner=self,
            on_success=self._show,
            on_failure=lambda error: self.told.say(str(error), "fail"),
        )

    # --- parts ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = self._tokens
        layout = page_layout(self, tokens)
        for choice, width in ((self._display, 340), (self._kind, 150)):
            choice.setMinimumWidth(tokens.px(width))
        layout.addLayout(row(self._display, self._kind, 1, *self._buttons(), spacing=tokens.spacing.s))
        layout.addWidget(self.strip)
        told = row(self.told, self._copy, spacing=tokens.spacing.m)
        told.setStretch(0, 1)
        layout.addLayout(told)
        layout.addLayout(self._sheet)
        layout.addWidget(Halves("Records and record", self.table, self.detail, tokens, (9, 11)), 1)

    def _buttons(self) -> Sequence[QWidget]:
        made = (
            button("Import files …", "Import files of records", self._import_files, key="Ctrl+I"),
            button("Import folder …", "Import a folder of records", self._import_folder),
            button("Export all …", "Export all records", self._export, key="Ctrl+E"),
            button("Verify the chain", "Verify the chain", self._verify, key="Ctrl+Shift+V"),
        )
        made[0].setShortcut("Ctrl+I")
        made[2].setShortcut("Ctrl+E")
        made[3].setShortcut("Ctrl+Shift+V")
        return made

    def _connect(self) -> None:
        self._display.activated.connect(lambda _: self.show_display(str(self._display.currentData())))
        self._kind.currentIndexChanged.connect(self._filter)
        self.table.chosen.connect(self._choose)
        self.detail.report_asked.connect(self._save_report)
        self.detail.withdraw_asked.connect(self._ask_withdrawal)
        self.strip.given_up.connect(lambda: self.told.say("Given up. What was taken so far stays."))

    def _show(self, view: HistoryView) -> None:
        if self._wanted and view.key != self._wanted:
            self._wanted = ""  # nothing is recorded of it yet
        self._view = view
        self._display.clear()
        for key, title in view.titles.items():
            self._display.addItem(title, key)
        self._display.setCurrentIndex(self._display.findData(view.key))
        if not view.titles:
            self._display.addItem("No records yet", "")
        self._display.setEnabled(bool(view.titles))
        self.table.show_lines(view.lines)

    def _filter(self) -> None:
        kind = str(self._kind.currentData())
        self.table.set_filter(lambda line: not kind or line.record.kind == kind)

    def _choose(self, line: RecordLine | None) -> None:
        in_force = self._view.in_force if self._view is not None else frozenset()
        self.detail.show_line(line, can_withdraw=line is not None and line.record.head.id in in_force)

    # --- what is done with records --------------------------------------------------------------------------------

    def _save_report(self, stored: StoredRecord) -> None:
        head = stored.record.head
        path = self._files.save(self, "Save report", f"{stored.record.kind} {head.at:%Y-%m-%d}.pdf", _REPORTS)
        if path is None:
            return

        def work(_: object) -> tuple[Path, ...]:
            return write_report(stored, self._desk.book.records(head.display_key), path)

        self._tasks.run(work, owner=self, on_success=self._saved, on_failure=self._failed)

    def _saved(self, paths: Sequence[Path]) -> None:
        self._tell(f"Saved: {', '.join(str(path) for path in paths)}", "ok")

    def _export(self) -> None:
        path = self._files.save(self, "Export all records", f"{self._desk.book.workstation}{SUFFIX}", _EXPORTS)
        if path is None:
            return
        full = path if path.name.endswith(SUFFIX) else path.with_name(path.name + SUFFIX)

        def told(header: ExportHeader) -> None:
            text = f"{header.count} records written to {full}. Head of the chain: {header.head}"
            self._tell(text, "ok", head=header.head)

        self.strip.run(
            "Exporting the records",
            lambda _, __: self._desk.book.export_to(full),
            on_success=told,
            on_failure=self._failed,
        )

    def _import_files(self) -> None:
        self._import(self._files.files(self, "Import files of records", _EXPORTS))

    def _import_folder(self) -> None:
        folder = self._files.folder(self, "Import a folder of records")
        self._import([] if folder is None else [folder])

    def _import(self, paths: Sequence[Path]) -> None:
        if not paths:
            return
        self.strip.run(
            "Verifying and importing files",
            lambda told, cancel: self._desk.book.import_from(paths, told, cancel),
            on_success=self._imported,
            on_failure=self._failed,
        )

    def _imported(self, report: ImportReport) -> None:
        self._tell(*import_words(report))
        self.refresh()
        self.records_changed.emit()

    def _verify(self) -> None:
        self.strip.run(
            "Verifying every record",
            self._desk.book.verify,
            on_success=self._verified,
            on_failure=self._failed,
        )

    def _verified(self, found: Verification) -> None:
        text, tone = verification_words(found)
        self._tell(f"{text}\nHead of the chain: {found.head}", tone, head=found.head)
        self.records_changed.emit()

    def _copy_head(self) -> None:
        QGuiApplication.clipboard().setText(self._head)
        self._copy.setText("Copied")

    def _ask_withdrawal(self, record: OverrideRecord | CalibrationRecord) -> None:
        clear(self._sheet)
        sheet = WithdrawSheet(record, self._operator(), self._tokens)
        sheet.given.connect(lambda wish: self._withdraw(record, wish))
        sheet.given_up.connect(lambda: clear(self._sheet))
        self._sheet.addWidget(sheet)
        sheet.focus_first()

    def _withdraw(self, record: OverrideRecord | CalibrationRecord, wish: Withdrawal) -> None:
        clear(self._sheet)
        self._tasks.run(
            lambda _: withdrawn(self._desk, record, wish),
            owner=self,
            on_success=self._withdrawn,
            on_failure=self._failed,
        )

    def _withdrawn(self, said: str) -> None:
        self._tell(said, "ok")
        self.refresh()
        self.records_changed.emit()

    def _failed(self, error: UserFacingError) -> None:
        self._tell(str(error), "fail")

    def _tell(self, text: str, tone: str, *, head: str = "") -> None:
        self._head = head
        self._copy.setText("Copy the head")
        self._copy.setVisible(bool(head))
        self.told.say(text, tone)


def view_of(desk: QaDesk, wanted: str) -> HistoryView:
    """The records of a display (the first there are records of, where ``wanted`` has none), newest first."""
    keys = desk.book.displays()
    titles = dict.fromkeys(keys, "")
    for stored in desk.book.records(kind="display"):
        if isinstance(stored.record, DisplayRecord):
            titles[stored.record.head.display_key] = stored.record.facts.identity.title
    key = wanted if wanted in titles else (keys[0] if keys else "")
    stored_of_key = desk.book.records(display_key=key) if key else ()
    lines = tuple(line_of(each) for each in reversed(stored_of_key))
    named_titles = {each: title or each for each, title in titles.items()}
    return HistoryView(named_titles, key, lines, in_force(stored_of_key, desk))
