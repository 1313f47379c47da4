"""The first page: who reads. One card, one button, one line when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.log_in import Reader
from workstation.ui.pieces import TOKENS, button, frame, label, row

if TYPE_CHECKING:
    from workstation.reading.desk import Desk


class LoginPage(QWidget):
    """Asks for user and password and logs in at the site."""

    logged_in = Signal()

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        named(self, "Login page")
        self._user = named(QLineEdit(), "User name")
        self._password = named(QLineEdit(), "Password")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._go = button("Log in", "Log in", self._log_in, key="Enter", role="primary")
        self._trouble = label("", "fail", name="Login problem", wrap=True)
        self._busy = label("", "caption", name="Login progress")
        self._lay_out()
        self._connect()

    def first_focus(self) -> QWidget:
        """Where typing begins."""
        return self._password if self._user.text() else self._user

    def suggest_user(self, user: str) -> None:
        """Fill the user name in; the reader may change it."""
        self._user.setText(user)
        self.first_focus().setFocus()

    def ask_again(self, user: str) -> None:
        """The login at the site has ended while this reader reads on."""
        self.suggest_user(user)
        self._user.setReadOnly(True)

    def _lay_out(self) -> None:
        card = frame("panel")
        card.setFixedWidth(400)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(*([TOKENS.spacing.xxl] * 4))
        inside.setSpacing(TOKENS.spacing.s)
        product = label("Lightbox")
        product.setStyleSheet("font-size: 26px; font-weight: 600;")
        inside.addWidget(product)
        inside.addWidget(label(self._desk.profile.name, "title", name="Site", wrap=True))
        inside.addSpacing(TOKENS.spacing.l)
        for text, field in (("User name", self._user), ("Password", self._password)):
            inside.addWidget(label(text, "caption"))
            inside.addWidget(field)
        inside.addSpacing(TOKENS.spacing.s)
        inside.addWidget(self._trouble)
        inside.addLayout(row(self._busy, 1, self._go))
        self._trouble.hide()
        whole = QVBoxLayout(self)
        whole.addStretch(2)
        whole.addLayout(row(1, card, 1))
        whole.addStretch(3)

    def _connect(self) -> None:
        self._user.returnPressed.connect(self._password.setFocus)
        self._password.returnPressed.connect(self._log_in)

    def _log_in(self) -> None:
        user, password = self._user.text().strip(), self._password.text()
        if not self._go.isEnabled():
            return
        if not user or not password:
            self._show_trouble("Type your user name and your password.")
            return
        self._set_busy("Asking the site …")

        def work(_cancel: CancelToken) -> Reader:
            return self._desk.log_in(user, password)

        self._tasks.run(work, owner=self, on_success=self._done, on_failure=self._failed)

    def _done(self, reader: Reader) -> None:
        self._password.clear()
        self._set_busy("")
        self._trouble.hide()
        if reader.is_offline and self._user.isReadOnly():
            self._show_trouble("The site still cannot be reached. You can read and sign in the meantime.")
            self._password.setFocus()
            return
        self.logged_in.emit()

    def _failed(self, error: UserFacingError) -> None:
        self._password.clear()
        self._set_busy("")
        self._show_trouble(str(error))
        self._password.setFocus()

    def _show_trouble(self, text: str) -> None:
        self._trouble.setText(text)
        self._trouble.show()

    def _set_busy(self, text: str) -> None:
        self._busy.setText(text)
        for part in (self._user, self._password, self._go):
            part.setEnabled(not text)
