"""Icons by what they mean: one family (Phosphor), one weight; always shown beside a text or with a tool tip."""

from __future__ import annotations

from typing import cast

import qtawesome
from PySide6.QtGui import QIcon

from workstation.qtkit.tokens import Tokens

ICONS = {
    "search": "ph.magnifying-glass",
    "palette": "ph.command",
    "worklist": "ph.list-bullets",
    "report": "ph.file-text",
    "delivery": "ph.paper-plane-tilt",
    "sign": "ph.pencil-line",
    "return": "ph.arrow-u-up-left",
    "refresh": "ph.arrows-clockwise",
    "retry": "ph.arrow-clockwise",
    "close": "ph.x",
    "check": "ph.check",
    "warn": "ph.warning",
    "fail": "ph.warning-octagon",
    "info": "ph.info",
    "why": "ph.question",
    "patient": "ph.user",
    "phone": "ph.phone",
    "clock": "ph.clock",
    "history": "ph.clock-counter-clockwise",
    "monitor": "ph.monitor",
    "images": "ph.stack",
    "download": "ph.download-simple",
    "lock": "ph.lock-simple",
    "unlock": "ph.lock-simple-open",
    "microphone": "ph.microphone",
    "microphone_off": "ph.microphone-slash",
    "microphone_held": "ph.hand-pointing",
    "spoken_command": "ph.chat-centered-dots",
    "settings": "ph.gear-six",
    "filter": "ph.funnel-simple",
    "next": "ph.caret-right",
    "previous": "ph.caret-left",
    "more": "ph.dots-three",
    "window": "ph.sun",
    "pan": "ph.hand",
    "zoom": "ph.magnifying-glass-plus",
    "fit": "ph.corners-out",
    "actual": "ph.frame-corners",
    "invert": "ph.circle-half",
    "reset": "ph.arrow-counter-clockwise",
    "link": "ph.link-simple",
    "unlink": "ph.link-break",
    "rotate_left": "ph.arrow-arc-left",
    "rotate_right": "ph.arrow-arc-right",
    "flip_horizontal": "ph.arrows-left-right",
    "flip_vertical": "ph.arrows-down-up",
    "annotations": "ph.text-t",
    "state": "ph.bookmark-simple",
    "graphics": "ph.scribble-loop",
    "shutter": "ph.aperture",
    "maximise": "ph.arrows-out",
    "restore": "ph.arrows-in",
    "layout": "ph.squares-four",
    "play": "ph.play",
}


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon that means ``name``; a name that is not in the table is our bug."""
    tokens = Tokens()
    return cast(
        QIcon,
        qtawesome.icon(
            ICONS[name],
            color=colour or tokens.text.secondary,
            color_active=tokens.text.primary,
            color_on=tokens.accent.main,
            color_disabled=tokens.text.disabled,
        ),
    )
