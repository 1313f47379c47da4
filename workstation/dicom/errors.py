"""What goes wrong while objects and worklist items are read.

BadInput
├── UnreadableInstance   bytes that are not a DICOM object, or lack what every object must have
└── UnreadableWorkItem   a worklist answer without, or with a malformed, attribute
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput


class UnreadableInstance(BadInput):
    """Bytes that are not a DICOM object we can read. The text names what is wrong, never whose object it is."""


class UnreadableWorkItem(BadInput):
    """A worklist item with a missing or malformed attribute; the text names the attribute, never its value."""
