"""Hanging again as series arrive, without moving an image the reader has touched."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.hung import Hanging, HungViewport


def keep_touched(before: Hanging, now: Hanging, touched: AbstractSet[str]) -> Hanging:
    """``now``, but with every touched viewport showing what it showed, where it was.

    Parameters
    ----------
    before
        What is on the screens.
    now
        The new result; worked out for the same stage (``hang(…, stage=before.stage)``) when anything is touched.
    touched
        Ids of viewports in which the reader scrolled, windowed or changed anything.

    Notes
    -----
    A screen on which a touched viewport would change its place keeps its whole old arrangement; other screens take the
    new one. A kept series that has grown by late images is shown with them.
    """
    grown = {v.display_set.uid: v.display_set for v in now.viewports if v.display_set is not None}
    kept = {v.id: _refreshed(v, grown) for v in before.viewports if v.id in touched and v.display_set is not None}
    if not kept or before.stage != now.stage:
        return now
    places = {v.id: (v.screen, v.rect) for v in now.viewports}
    frozen = {v.screen for v in kept.values() if places.get(v.id) != (v.screen, v.rect)}
    old = [kept.get(v.id) or _refreshed(v, grown) for v in before.viewports if v.screen in frozen]
    new = [v for v in _exchanged(now.viewports, kept) if v.screen not in frozen and v.id not in {o.id for o in old}]
    return replace(now, viewports=tuple(sorted((*old, *new), key=lambda v: _order(v, before, now))))


def _exchanged(viewports: tuple[HungViewport, ...], kept: Mapping[str, HungViewport]) -> list[HungViewport]:
    """The new viewports with the kept ones in place; what they displace goes where they would have gone."""
    freed = {k.display_set.uid: v for v in viewports if (k := kept.get(v.id)) and k.display_set is not None}
    result = []
    for viewport in viewports:
        if viewport.id in kept:
            result.append(kept[viewport.id])
        elif viewport.display_set is not None and viewport.display_set.uid in freed:
            result.append(_with_content_of(viewport, freed[viewport.display_set.uid]))
        else:
            result.append(viewport)
    return result


def _with_content_of(viewport: HungViewport, other: HungViewport) -> HungViewport:
    """``viewport`` showing what ``other`` shows."""
    return replace(
        viewport,
        display_set=other.display_set,
        study_uid=other.study_uid,
        series_uid=other.series_uid,
        plane=other.plane,
        from_=other.from_,
        reason=other.reason,
    )


def _refreshed(viewport: HungViewport, grown: dict[str, DisplaySet]) -> HungViewport:
    if viewport.display_set is None:
        return viewport
    return replace(viewport, display_set=grown.get(viewport.display_set.uid, viewport.display_set))


def _order(viewport: HungViewport, before: Hanging, now: Hanging) -> int:
    ids = [v.id for v in now.viewports] + [v.id for v in before.viewports]
    return ids.index(viewport.id)
