"""Fusion with our own dark palette and style sheet, both made from the tokens."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from workstation.qtkit.fonts import load_interface_font
from workstation.qtkit.tokens import Tokens


def palette_of(tokens: Tokens) -> QPalette:
    """The Qt palette that belongs to the tokens."""
    surface, text = tokens.surface, tokens.text
    roles = {
        QPalette.ColorRole.Window: surface.window,
        QPalette.ColorRole.WindowText: text.primary,
        QPalette.ColorRole.Base: surface.panel,
        QPalette.ColorRole.AlternateBase: surface.window,
        QPalette.ColorRole.Text: text.primary,
        QPalette.ColorRole.PlaceholderText: text.secondary,
        QPalette.ColorRole.Button: surface.raised,
        QPalette.ColorRole.ButtonText: text.primary,
        QPalette.ColorRole.BrightText: tokens.status.fail,
        QPalette.ColorRole.Highlight: tokens.accent.soft,
        QPalette.ColorRole.HighlightedText: text.primary,
        QPalette.ColorRole.Link: tokens.accent.main,
        QPalette.ColorRole.ToolTipBase: surface.raised,
        QPalette.ColorRole.ToolTipText: text.primary,
        QPalette.ColorRole.Light: surface.line,
        QPalette.ColorRole.Midlight: surface.line,
        QPalette.ColorRole.Mid: surface.line,
        QPalette.ColorRole.Dark: surface.window,
        QPalette.ColorRole.Shadow: surface.viewport,
        QPalette.ColorRole.Accent: tokens.accent.main,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(text.disabled))
    return palette


def style_sheet_of(tokens: Tokens) -> str:
    """The style sheet that belongs to the tokens. Sizes are logical pixels; Qt scales them with the monitor."""
    return _STYLE.format(
        s=tokens.surface, t=tokens.text, a=tokens.accent, st=tokens.status, sp=tokens.spacing, ty=tokens.type
    )


def apply_theme(application: QApplication, tokens: Tokens | None = None) -> None:
    """Give the whole application its look. Call once, before the first window."""
    tokens = tokens or Tokens()
    application.setStyle(QStyleFactory.create("Fusion"))
    application.setPalette(palette_of(tokens))
    application.setFont(load_interface_font())
    application.setStyleSheet(style_sheet_of(tokens))


_STYLE = """
QWidget {{ color: {t.primary}; }}
QMainWindow, QDialog {{ background: {s.window}; }}
QToolTip {{ background: {s.raised}; color: {t.primary}; border: 1px solid {s.line}; padding: 4px 8px; }}
QLabel {{ background: transparent; }}
QLabel[role="caption"] {{ color: {t.secondary}; font-size: {ty.caption}px; }}
QLabel[role="fact"] {{ font-size: {ty.caption}px; }}
QLabel[role="title"] {{ font-size: {ty.title}px; }}
QLabel[role="room"] {{ font-size: {ty.room}px; }}
QLabel[role="warn"] {{ color: {st.warn}; }}
QLabel[role="fail"] {{ color: {st.fail}; }}
QLabel[role="ok"] {{ color: {st.ok}; }}
QLabel[role="info"] {{ color: {st.info}; }}
QPushButton, QToolButton {{
    background: {s.raised}; border: 1px solid {s.line}; border-radius: 4px;
    min-height: 26px; padding: 0 {sp.m}px;
}}
QToolButton {{ padding: 0 {sp.s}px; }}
QPushButton:hover, QToolButton:hover {{ border-color: {t.secondary}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {s.panel}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {a.main}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.disabled}; border-color: {s.raised}; }}
QPushButton[role="primary"] {{ background: {a.soft}; border-color: {a.main}; }}
QPushButton[role="primary"]:disabled {{ background: {s.panel}; border-color: {s.line}; }}
QPushButton[role="link"], QToolButton[role="link"] {{
    background: transparent; border: none; color: {a.main}; padding: 0 2px; min-height: 18px; text-align: left;
}}
QPushButton[role="link"]:focus, QToolButton[role="link"]:focus {{ border: 1px solid {a.main}; }}
QToolButton:checked {{ color: {a.main}; }}
QToolButton::menu-indicator {{ image: none; }}
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox {{
    background: {s.panel}; border: 1px solid {s.line}; border-radius: 4px; padding: 3px {sp.s}px;
    selection-background-color: {a.soft}; selection-color: {t.primary};
}}
QLineEdit, QSpinBox, QComboBox {{ min-height: 20px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus {{
    border: 2px solid {a.main};
}}
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled {{ color: {t.disabled}; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox QAbstractItemView, QMenu {{ background: {s.raised}; border: 1px solid {s.line}; }}
QMenu::item {{ padding: 4px {sp.l}px; }}
QMenu::item:selected {{ background: {a.soft}; }}
QAbstractItemView {{
    background: {s.panel}; alternate-background-color: {s.window}; border: none; outline: none;
    selection-background-color: {a.soft}; selection-color: {t.primary}; gridline-color: {s.line};
}}
QTableView::item, QTreeView::item, QListView::item {{ padding: 0 {sp.xs}px; border: none; }}
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {{
    background: {a.soft}; color: {t.primary};
}}
QHeaderView {{ background: {s.window}; }}
QHeaderView::section {{
    background: {s.window}; color: {t.secondary}; border: none; border-bottom: 1px solid {s.line};
    padding: 4px {sp.s}px; font-size: {ty.caption}px;
}}
QTableCornerButton::section {{ background: {s.window}; border: none; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {a.main}; }}
QSplitter::handle {{ background: {s.line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {s.line}; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {t.disabled}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{
    background: {s.panel}; border: 1px solid {s.line}; border-radius: 3px; text-align: center; min-height: 14px;
    font-size: {ty.caption}px;
}}
QProgressBar::chunk {{ background: {a.soft}; }}
QTabBar::tab {{ background: transparent; color: {t.secondary}; padding: 6px {sp.m}px; border: none; }}
QTabBar::tab:selected {{ color: {t.primary}; border-bottom: 2px solid {a.main}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {s.line}; }}
QFrame[role="panel"] {{ background: {s.panel}; border: none; }}
QFrame[role="raised"] {{ background: {s.raised}; border: 1px solid {s.line}; border-radius: 4px; }}
QFrame[role="line"] {{ background: {s.line}; border: none; max-height: 1px; }}
"""
