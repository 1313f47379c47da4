"""What goes wrong around reports.

BadInput
├── UnreadableTemplate   a template file that is not one; all its faults are named
├── UnreadableReport     bytes or a file that are no canonical report, or no signed report
└── UnreadableSignature  a signature that is not in the form this program writes

No text holds patient data.
"""

from __future__ import annotations

from workstation.foundation.errors import BadInput


class UnreadableTemplate(BadInput):
    """A report template that cannot be used; the text names the file and every fault in it."""


class UnreadableReport(BadInput):
    """Bytes that are not a canonical report, or a file that is not a signed report."""


class UnreadableSignature(BadInput):
    """A signature that is not a compact JWS of this program's form."""
