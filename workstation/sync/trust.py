"""Whom we trust on the line: only the roots that the site profile names, never those of the system."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path

from workstation.foundation.errors import BadInput


def pinned_context(ca_paths: Iterable[Path]) -> ssl.SSLContext:
    """A TLS client context (1.2 or newer, host names checked) that trusts the given PEM files and nothing else.

    Raises
    ------
    BadInput
        When a file is absent or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for path in ca_paths:
        try:
            context.load_verify_locations(cafile=path)
        except (OSError, ssl.SSLError) as error:
            raise BadInput(
                f"The site's certificate file {path.name} cannot be read.",
                "Ask your site for its profile folder again.",
            ) from error
    return context
