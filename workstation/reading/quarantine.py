"""Which images of a case were set aside, and why, in words."""

from __future__ import annotations

from collections.abc import Iterable

from workstation.catalogue.instances import Instances


def quarantine_lines(instances: Instances, study_uids: Iterable[str]) -> tuple[str, ...]:
    """One line for each instance that was set aside, saying which and why."""
    lines = []
    for study_uid in study_uids:
        for ref, reason in instances.quarantined(study_uid):
            series = f"series {ref.series_number}" if ref.series_number is not None else "a series without number"
            image = f"image {ref.instance_number}" if ref.instance_number is not None else "an image without number"
            lines.append(f"{series.capitalize()}, {image}: {reason}")
    return tuple(lines)
