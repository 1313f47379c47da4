"""Accessible names: what a thing is in the reader's words, the same for tests, screen readers and voice."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def named(widget: AnyWidget, name: str, description: str = "") -> AnyWidget:
    """Give ``widget`` its lasting accessible name (and object name, from which tests find it) and return it."""
    widget.setAccessibleName(name)
    widget.setObjectName(name)
    if description:
        widget.setAccessibleDescription(description)
    return widget
