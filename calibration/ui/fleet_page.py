"""The page of the fleet: the displays of many workstations, from the records they have exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from calibration.checks.qa_desk import QaDesk
from calibration.exports.fleet_pdf import fleet_pdf
from calibration.fleet.auditor_sheet import sheet_of
from calibration.fleet.chosen_folders import chosen_folders, remember_folders
from calibration.fleet.fleet_index import FleetIndex
from calibration.fleet.overview import FleetOverview, FleetRow
from calibration.ui.display_card import SIGNS as STATE_SIGNS
from calibration.ui.fleet_lines import ALL, COLUMNS, about, groups, is_in, matches
from calibration.ui.lines_table import LinesTable
from calibration.ui.page_parts import FileAsker, FileDialogs, Halves, Progress, Told, WorkStrip, page_layout
from calibration.ui.pieces import button, clear, label, row, scroll_area, sign
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens

_WIDTHS = (132, 124, 0, 88, 190, 0, 92)
_MOST_FAULTS = 50
_EMPTY = (
    "Choose the folder in which the workstations put their exported records (*.lightbox-records.jsonl). "
    "Each file is verified once; after that the fleet opens quickly."
)


@dataclass(frozen=True)
class FleetView:
    """What a look at the folders gave: how many files were verified anew, and the displays."""

    verified: int
    found: FleetOverview


class FleetPage(QWidget):
    """Counts at the top, displays at the left, the one in hand at the right, broken files below."""

    def __init__(self, desk: QaDesk, tasks: TaskRunner, tokens: Tokens, *, files: FileAsker | None = None) -> None:
        super().__init__()
        named(self, "Fleet")
        self._desk, self._tasks, self._tokens = desk, tasks, tokens
        self._files = files or FileDialogs()
        self._folders: tuple[Path, ...] | None = None
        self._found: FleetOverview | None = None
        self._group = ALL
        self.strip = WorkStrip("Look at the fleet", tasks, tokens)
        self.told = Told("What became of the fleet")
        self._where = label("", "caption", name="Folders of the fleet", wrap=True)
        self._counts = _Counts(tokens)
        self._search = named(QLineEdit(), "Filter displays")
        self._search.setPlaceholderText("Workstation, display, role, state …")
        self._search.setClearButtonEnabled(True)
        self.table: LinesTable[FleetRow] = LinesTable(
            "Displays of the fleet", COLUMNS, tokens, key=lambda each: (each.display_key, each.workstation)
        )
        self.table.fit_columns([tokens.px(width) for width in _WIDTHS])
        self._detail = _Detail(tokens)
        self._faults = _Faults(tokens)
        self._empty = label(_EMPTY, "secondary", name="No fleet yet", wrap=True)
        self._lay_out()
        self._connect()

    # --- what others ask of it ------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at the folders again; what has not changed is not read again."""
        if self.strip.is_busy:
            return
        if self._folders is None:
            self._recall()
        elif self._folders:
            self._look(anew=False)

    # --- parts ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = self._tokens
        self._add = button("Add folder …", "Add a folder of exports", self._add_folder, key="Ctrl+O")
        self._clear = button("Forget folders", "Forget the folders of the fleet", self._forget)
        self._again = button("Verify all anew", "Verify all files of the fleet anew", lambda: self._look(anew=True))
        self._pdf = button("PDF for the auditor …", "PDF for the auditor", self._write_pdf, key="Ctrl+P")
        self._add.setShortcut("Ctrl+O")
        self._pdf.setShortcut("Ctrl+P")
        layout = page_layout(self, tokens)
        layout.addLayout(row(self._add, self._clear, self._again, 1, self._pdf, spacing=tokens.spacing.s))
        layout.addWidget(self._where)
        layout.addWidget(self.strip)
        layout.addWidget(self.told)
        layout.addWidget(self._empty)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(tokens.spacing.m)
        body.addWidget(self._counts)
        body.addWidget(self._search)
        body.addWidget(Halves("Displays and display", self.table, self._detail, tokens, (5, 2)), 1)
        body.addWidget(self._faults)
        layout.addWidget(self._body, 1)
        layout.addStretch(0)
        self._show_state()

    def _connect(self) -> None:
        self._counts.chosen.connect(self._choose_group)
        self._search.textChanged.connect(lambda _: self._filter())
        self.table.chosen.connect(self._detail.show_row)
        self.strip.given_up.connect(lambda: self.told.say("Given up. Files that were verified are remembered.", "warn"))

    def _show_state(self) -> None:
        folders = self._folders or ()
        self._where.setText(", ".join(str(folder) for folder in folders))
        self._where.setVisible(bool(folders))
        self._empty.setVisible(self._found is None)
        self._body.setVisible(self._found is not None)
        self._pdf.setEnabled(self._found is not None)
        for each in (self._clear, self._again):
            each.setEnabled(bool(folders))

    # --- folders --------------------------------------------------------------------------------------------------

    def _recall(self) -> None:
        self._tasks.run(
            lambda _: chosen_folders(self._desk.folders.config),
            owner=self,
            on_success=self._recalled,
            on_failure=self._failed,
        )

    def _recalled(self, folders: Sequence[Path]) -> None:
        if self._folders is None:
            self._folders = tuple(folders)
            self._show_state()
            self.refresh()

    def _add_folder(self) -> None:
        folder = self._files.folder(self, "Folder with exported records")
        if folder is not None:
            self._take((*(self._folders or ()), folder))

    def _forget(self) -> None:
        self._found = None
        self.told.say("")
        self._take(())

    def _take(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(dict.fromkeys(folders))
        kept = self._folders
        self._tasks.run(
            lambda _: remember_folders(self._desk.folders.config, kept),
            owner=self,
            on_success=lambda _: None,
            on_failure=self._failed,
        )
        self._show_state()
        self.refresh()

    # --- looking --------------------------------------------------------------------------------------------------

    def _look(self, *, anew: bool) -> None:
        desk, folders = self._desk, self._folders or ()

        def work(told: Progress, cancel: CancelToken) -> FleetView:
            with FleetIndex.open(desk.folders.cache / "fleet") as index:
                refreshed = index.refresh(folders, told, cancel, anew=anew)
                return FleetView(refreshed.verified, index.overview(desk.clock.now(), desk.policies))

        self.strip.run("Verifying files", work, on_success=self._show, on_failure=self._failed)

    def _show(self, view: FleetView) -> None:
        self._found = view.found
        self._counts.show_counts(groups(view.found))
        self._filter()
        self.table.show_lines(view.found.rows)
        self._faults.show_faults([(fault.path.name, fault.problem) for fault in view.found.faults])
        count, computers, files = len(view.found.rows), view.found.workstations, view.found.files
        self.told.say(
            f"{_counted(count, 'display')} of {_counted(computers, 'workstation')}, {view.found.records} records in "
            f"{_counted(files, 'file')}. {_verified(view.verified, files)}"
        )
        self._show_state()

    def _choose_group(self, group: str) -> None:
        self._group = group
        self._filter()

    def _filter(self) -> None:
        words, group = self._search.text().casefold().split(), self._group
        self.table.set_filter(lambda row: is_in(row, group) and matches(row, words))

    def _write_pdf(self) -> None:
        found = self._found
        if found is None:
            return
        path = self._files.save(self, "PDF for the auditor", f"displays {found.at:%Y-%m-%d}.pdf", "PDF (*.pdf)")
        if path is not None:
            self.strip.run(
                "Writing the PDF",
                lambda _, __: fleet_pdf(sheet_of(found), path),
                on_success=lambda _: self.told.say(f"Saved: {path}", "ok"),
                on_failure=self._failed,
            )

    def _failed(self, error: UserFacingError) -> None:
        self.told.say(str(error), "fail")


class _Counts(QFrame):
    """How many displays are in which group; a press shows only those."""

    chosen = Signal(str)

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Counts of the fleet")
        self._tokens = tokens
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        self._inside = row(spacing=tokens.spacing.s)
        self.setLayout(self._inside)

    def show_counts(self, counts: Sequence[tuple[str, str, str, int]]) -> None:
        """Name, title, tone and number of each group."""
        for name, title, tone, number in counts:
            made = self._buttons.get(name) or self._add(name, title)
            colour = getattr(self._tokens.status, tone) if tone and number else self._tokens.text.secondary
            made.setText(f"{title}  {number}")
            made.setAccessibleDescription(str(number))
            made.setStyleSheet(f"QPushButton {{ color: {colour}; }}")

    def _add(self, name: str, title: str) -> QPushButton:
        made = button(title, f"Show {title.lower()}", lambda: self.chosen.emit(name))
        made.setCheckable(True)
        made.setChecked(name == ALL)
        self._group.addButton(made)
        self._buttons[name] = made
        self._inside.addWidget(made)
        if len(self._buttons) == len(("all", "failing", "overdue", "drifting", "unknown", "fit")):
            self._inside.addStretch(1)
        return made


class _Detail(QFrame):
    """One display in words."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Display of the fleet")
        self.setProperty("role", "panel")
        self._tokens = tokens
        host = QWidget()
        self._inside = QVBoxLayout(host)
        pad = tokens.spacing.m
        self._inside.setContentsMargins(pad, pad, pad, pad)
        self._inside.setSpacing(tokens.spacing.s)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll_area(host, "About the display"))

    def show_row(self, shown: FleetRow | None) -> None:
        """Show a display, or that none is in hand."""
        clear(self._inside)
        if shown is None:
            self._inside.addWidget(label("No display fits the filter.", "secondary", name="No display", wrap=True))
            self._inside.addStretch(1)
            return
        icon_name, tone, word = STATE_SIGNS[shown.state]
        colour = str(getattr(self._tokens.status, tone))
        self._inside.addWidget(label(shown.title, "title", name="Name of the display", wrap=True))
        self._inside.addLayout(
            row(sign(icon_name, colour, self._tokens.px(18)), label(word, tone, name="State of the display"), 1)
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(self._tokens.spacing.m)
        grid.setVerticalSpacing(self._tokens.spacing.m)
        for number, (name, text, its_tone) in enumerate(about(shown)):
            grid.addWidget(label(name, "caption"), 2 * number, 0)
            grid.addWidget(label(text, its_tone, name=name, wrap=True), 2 * number + 1, 0)
        grid.setVerticalSpacing(self._tokens.spacing.xs)
        self._inside.addLayout(grid)
        self._inside.addStretch(1)


class _Faults(QFrame):
    """Files that are not used, each with the reason."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Files not used")
        self.setProperty("role", "notice")
        self._tokens = tokens
        self._title = label("", "warn", name="Files that cannot be used")
        host = QWidget()
        self._inside = QVBoxLayout(host)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(tokens.spacing.xs)
        self._scroll = scroll_area(host, "Reasons")
        layout = QVBoxLayout(self)
        pad = tokens.spacing.m
        layout.setContentsMargins(pad, tokens.spacing.s, pad, tokens.spacing.s)
        layout.addWidget(self._title)
        layout.addWidget(self._scroll)
        self.hide()

    def show_faults(self, faults: Sequence[tuple[str, str]]) -> None:
        """File names and reasons."""
        clear(self._inside)
        where = "it" if len(faults) == 1 else "them"
        count = _counted(len(faults), "file")
        self._title.setText(f"{count} cannot be used; the displays in {where} count as not known.")
        for name, problem in faults[:_MOST_FAULTS]:
            said = label(problem, "secondary", name=f"Fault of {name}", wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._inside.addWidget(said)
        if len(faults) > _MOST_FAULTS:
            self._inside.addWidget(label(f"And {len(faults) - _MOST_FAULTS} more.", "secondary"))
        self._inside.addStretch(1)
        self._scroll.setMaximumHeight(self._tokens.px(8 + 40 * min(len(faults), 3)))
        self.setVisible(bool(faults))


def _verified(number: int, files: int) -> str:
    if number == files:
        return "All were verified just now."
    return (
        "All were verified before."
        if not number
        else f"{_counted(number, 'file')} verified just now, the others before."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
