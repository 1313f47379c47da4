"""A hanging as JSON, for ``workstation hang``."""

from __future__ import annotations

from typing import Any

from workstation.hanging.hung import Hanging, HungViewport


def as_json(hanging: Hanging, *, with_trace: bool = True) -> dict[str, Any]:
    """Keys that scripts rely on: protocol, score, stage, viewports, trace; more stand beside them."""
    document: dict[str, Any] = {
        "protocol": hanging.protocol_id,
        "protocol_name": hanging.protocol_name,
        "score": hanging.score,
        "stage": hanging.stage,
        "stages": [{"id": s.id, "name": s.name, "status": s.status, "why": s.why} for s in hanging.stages],
        "why": hanging.why,
        "viewports": [_viewport(v) for v in hanging.viewports],
        "left_out": [{"screen": s.screen_id, "reason": s.reason} for s in hanging.left_out],
        "needs_override": hanging.needs_override,
    }
    lines = [{"rule": t.rule, "wanted": t.wanted, "got": t.got, "passed": t.passed} for t in hanging.trace]
    return {**document, "trace": lines if with_trace else []}


def _viewport(viewport: HungViewport) -> dict[str, Any]:
    return {
        "id": viewport.id,
        "screen": viewport.screen,
        "rect": list(viewport.rect),
        "study": viewport.study_uid,
        "series": viewport.series_uid,
        "plane": viewport.plane,
        "from": viewport.from_,
        "reason": viewport.reason,
        "title": viewport.title,
        "images": len(viewport.display_set.frames) if viewport.display_set is not None else 0,
        "voi": viewport.voi,
        "start": viewport.start,
        "sync": list(viewport.sync),
        "warning": viewport.warning,
        "chest_wall": viewport.chest_wall,
        "mirrored": viewport.is_mirrored,
        "cine": viewport.is_cine,
    }
