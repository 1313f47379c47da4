"""Whether a reader's certificate does for signing now. Both sides of the site's clock are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509


def certificate_fault(chain: Sequence[x509.Certificate], moment: datetime) -> str:
    """Why a reader's certificates do not do for signing at ``moment``; empty when they do."""
    if not chain:
        return "The site has not certified your signing key yet. Log in once while the site can be reached."
    if moment > chain[0].not_valid_after_utc:
        return "Your signing certificate has run out. Log in again while the site can be reached."
    if moment < chain[0].not_valid_before_utc:
        return "Your signing certificate is not valid yet. Look at this computer's clock."
    return ""
