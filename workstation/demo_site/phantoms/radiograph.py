"""A chest radiograph: the trunk phantom's attenuation summed along the beam, with bones and vessels drawn sharply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from workstation.demo_site.phantoms import trunk_bones as bones
from workstation.demo_site.phantoms.fields import Field, Numbers, axial_plane
from workstation.demo_site.phantoms.trunk import TrunkAnatomy, TrunkPhantom
from workstation.demo_site.phantoms.tubes import BallCloud, tube_parts

View = Literal["PA", "LL"]
_WATER_MM = 0.0185  # attenuation of water for a hard beam
_CORTEX_MM, _MARROW_MM, _VESSEL_MM = 0.05, 0.003, 0.026
_TOP_MM, _STEP_MM, _COARSE_MM = 124.0, 0.35, 1.6


@dataclass(frozen=True)
class Film:
    """A grid across the beam: ``rows`` downwards from the top, ``columns`` centred; ``step_mm`` between samples."""

    rows: int
    columns: int
    step_mm: float = _STEP_MM
    top_mm: float = _TOP_MM

    @property
    def across(self) -> Field:
        """Positions of the columns in mm."""
        return ((np.arange(self.columns) - (self.columns - 1) / 2) * self.step_mm).astype(np.float32)

    @property
    def heights(self) -> Field:
        """z of the rows in mm."""
        return (self.top_mm - np.arange(self.rows) * self.step_mm).astype(np.float32)


class ChestRadiographs:
    """Attenuation of one chest, from the front and from the side; computed once, used by every study of the person."""

    def __init__(self, anatomy: TrunkAnatomy, film: Film) -> None:
        self._anatomy = anatomy
        self._film = film

    def attenuation(self, view: View) -> Field:
        """Attenuation along the beam, (rows, columns) of the film; 0 is air."""
        soft = self._soft_parts[0 if view == "PA" else 1]
        total = _resampled(soft, self._film) * np.float32(_WATER_MM)
        axis = 0 if view == "PA" else 1
        vessels = self._anatomy.trees.vessels
        total += np.float32(_VESSEL_MM) * summed_thickness(
            vessels, self._film, axis, np.maximum(0.7 * vessels.radii, 0.7)
        )
        for cloud, spacing in self._ribs_and_clavicles():
            total += self._bone(cloud, axis, spacing)
        if view == "PA":
            total += self._shoulders()
        return total

    def _bone(self, cloud: BallCloud, axis: int, spacing: float) -> Field:
        """Attenuation of a bony tube: a hard shell and marrow."""
        whole = summed_thickness(cloud, self._film, axis, np.full_like(cloud.radii, spacing))
        marrow = summed_thickness(cloud, self._film, axis, np.full_like(cloud.radii, spacing), shrink_mm=0.9)
        added: Field = np.float32(_CORTEX_MM) * (whole - marrow) + np.float32(_MARROW_MM) * marrow
        return added

    def _shoulders(self) -> Field:
        """Attenuation of the shoulder blades and upper arms, seen from the front."""
        blades = outline_thickness(bones.shoulder_blades(arms_up=True), self._film, 0, shrink_mm=0.0)
        upper_arms = outline_thickness(bones.arms(arms_up=False), self._film, 0, shrink_mm=0.0)
        marrow = outline_thickness(bones.arms(arms_up=False), self._film, 0, shrink_mm=2.5)
        added: Field = 0.018 * blurred(blades, 3) + 0.02 * (upper_arms - marrow) + np.float32(_MARROW_MM) * marrow
        return added

    @cached_property
    def _soft_parts(self) -> tuple[Field, Field]:
        """Water-equivalent millimetres on a coarse grid, seen from the front and from the side."""
        phantom = TrunkPhantom(self._anatomy, for_projection=True)
        levels = np.arange(_TOP_MM + 2, _TOP_MM - 430, -_COARSE_MM)
        front, side = [], []
        for z in levels:
            density = np.clip(1 + phantom.slice_hu(axial_plane(256, 256, _COARSE_MM, float(z))) / 1000, 0, 1.5)
            front.append(density.sum(axis=0) * _COARSE_MM)
            side.append(density.sum(axis=1) * _COARSE_MM)
        return np.array(front, np.float32), np.array(side, np.float32)

    @staticmethod
    def _ribs_and_clavicles() -> list[tuple[BallCloud, float]]:
        """Bony tubes, each with the distance between its balls in mm."""
        tubes = []
        for side in (-1, 1):
            for rib, path in enumerate(bones.rib_paths(side)):
                centres, radii = tube_parts(path, 3.0 if rib == 11 else 3.9, spacing=0.2)
                tubes.append((BallCloud(centres, radii, height=1.7), 0.2 * float(radii.mean())))
        clavicles = bones.clavicles()
        return [*tubes, (clavicles, 0.3 * float(clavicles.radii.mean()))]


def outline_thickness(cloud: BallCloud, film: Film, axis: int, *, shrink_mm: float) -> Field:
    """Millimetres of a cloud's hull along an axis (0: seen from the front, 1: from the side), balls shrunk by some."""
    seen: Field = np.zeros((film.rows, film.columns), np.float32)
    radii = cloud.radii - np.float32(shrink_mm)
    for rows, columns, chord in _chords(cloud, radii, film, axis):
        np.maximum.at(seen.reshape(-1), (rows * film.columns + columns).reshape(-1), chord.reshape(-1))
    return seen


def summed_thickness(cloud: BallCloud, film: Film, axis: int, spacing_mm: Field, *, shrink_mm: float = 0.0) -> Field:
    """Millimetres of a cloud of tubes along an axis, where each ball stands for ``spacing_mm`` of its tube.

    Tubes that cross add up, and one that runs along the beam is as dense as it is long.
    """
    seen: Field = np.zeros((film.rows, film.columns), np.float32)
    radii = cloud.radii - np.float32(shrink_mm)
    weights = 2 * spacing_mm / (np.pi * np.maximum(radii, 0.1))
    for rows, columns, chord in _chords(cloud, radii, film, axis, weights=weights):
        np.add.at(seen.reshape(-1), (rows * film.columns + columns).reshape(-1), chord.reshape(-1))
    return seen


_Chords = tuple[NDArray[np.intp], NDArray[np.intp], Field]


def _chords(cloud: BallCloud, radii: Field, film: Film, axis: int, *, weights: Field | None = None) -> list[_Chords]:
    """For groups of balls of like size: the pixels they cover and the length of the beam within each."""
    found = []
    shown = np.flatnonzero(radii > 0.05)
    start = 0
    while start < len(shown):
        stop = start + int(np.searchsorted(radii[shown[start:]], radii[shown[start]] * 1.4 + 0.2))
        group = shown[start : min(stop, start + 4000)]
        factor = np.ones(len(group), np.float32) if weights is None else weights[group].astype(np.float32)
        found.append(_chord_group(cloud.centres[group], radii[group], factor, cloud.height, film, axis))
        start += len(group)
    return found


def _chord_group(centres: Field, radii: Field, factor: Field, height: float, film: Film, axis: int) -> _Chords:
    wide = int(np.ceil(float(radii[-1]) / film.step_mm)) + 1
    tall = int(np.ceil(float(radii[-1]) * height / film.step_mm)) + 1
    across, heights = film.across, film.heights
    column = np.rint((centres[:, axis] - across[0]) / film.step_mm).astype(np.intp)[:, None] + np.arange(
        -wide, wide + 1
    )
    row = np.rint((heights[0] - centres[:, 2]) / film.step_mm).astype(np.intp)[:, None] + np.arange(-tall, tall + 1)
    dx = column * np.float32(film.step_mm) + across[0] - centres[:, axis, None]
    dz = (heights[0] - row * np.float32(film.step_mm) - centres[:, 2, None]) / np.float32(height)
    room = np.square(radii)[:, None, None] - np.square(dx)[:, None, :] - np.square(dz)[:, :, None]
    chord = 2 * factor[:, None, None] * np.sqrt(np.maximum(room, 0))
    chord *= ((row >= 0) & (row < film.rows))[:, :, None] & ((column >= 0) & (column < film.columns))[:, None, :]
    rows = np.broadcast_to(np.clip(row, 0, film.rows - 1)[:, :, None], chord.shape)
    columns = np.broadcast_to(np.clip(column, 0, film.columns - 1)[:, None, :], chord.shape)
    return rows, columns, chord.astype(np.float32)


def _resampled(coarse: Field, film: Film) -> Field:
    """The coarse projection on the film's grid, by cubic interpolation in both directions."""
    down = (_TOP_MM + 2 - film.heights) / _COARSE_MM
    along = film.across / _COARSE_MM + (coarse.shape[1] - 1) / 2
    return cubic(cubic(coarse, down).T, along).T


def cubic(lines: Field, at: Numbers) -> Field:
    """Rows of a picture read between rows (Catmull-Rom); positions are held within the picture."""
    at = np.clip(at, 0, len(lines) - 1)
    base = np.minimum(np.floor(at).astype(int), len(lines) - 2)
    t = (at - base).astype(np.float32)[:, None]
    last = len(lines) - 1
    before, after = np.clip(base - 1, 0, last), np.clip(base + 2, 0, last)
    value: Field = (
        lines[before] * ((-t + 2 * t**2 - t**3) / 2)
        + lines[base] * ((2 - 5 * t**2 + 3 * t**3) / 2)
        + lines[base + 1] * ((t + 4 * t**2 - 3 * t**3) / 2)
        + lines[after] * ((-(t**2) + t**3) / 2)
    )
    return value


def blurred(picture: Field, radius: int) -> Field:
    """Mean over a square of ``2 * radius + 1`` pixels, three times: close to a Gaussian."""
    for _ in range(3):
        for axis in (0, 1):
            padded = np.pad(picture, [(radius + 1, radius) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
            total = np.cumsum(padded, axis=axis, dtype=np.float64)
            size = 2 * radius + 1
            high = total[size:] if axis == 0 else total[:, size:]
            low = total[:-size] if axis == 0 else total[:, :-size]
            picture = ((high - low) / size).astype(np.float32)
    return picture
