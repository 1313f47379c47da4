"""What an MR scanner adds to the anatomy: shading of the coil, a coarse matrix, susceptibility, noise."""

from __future__ import annotations

import numpy as np

from workstation.demo_site.phantoms.fields import Field, Plane, smooth_step


def coil_shading(plane: Plane) -> Field:
    """Factor near 1, (rows, columns): a head coil is most sensitive near its elements, a little more at the back."""
    x, y, z = plane.x / 100, (plane.y - 6) / 110, np.float32((plane.z - 15) / 140)
    factor: Field = (0.93 + 0.13 * (np.square(x) + np.square(y)) + 0.05 * y + 0.03 * x - 0.06 * z * z).astype(
        np.float32
    )
    return factor


def coarser(image: Field, matrix: int) -> Field:
    """The image acquired with a smaller matrix and interpolated by zero filling; values stay at or above 0."""
    rows, columns = image.shape
    fy, fx = np.fft.fftfreq(rows, 1 / rows)[:, None], np.fft.rfftfreq(columns, 1 / columns)[None, :]
    kept = _fall_off(np.abs(fy) / (matrix / 2)) * _fall_off(np.abs(fx) / (matrix / 2))
    smooth: Field = np.fft.irfft2(np.fft.rfft2(image) * kept, s=image.shape).astype(np.float32)
    return np.maximum(smooth, 0)


def _fall_off(
    share: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A Tukey window: 1 in the middle of k-space, falling in its outer part, 0 outside."""
    window: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    window = 0.5 + 0.5 * np.cos(np.pi * np.clip((share - 0.65) / 0.35, 0, 1))
    return window


def susceptibility(plane: Plane) -> Field:
    """Factor of signal of an echo-planar image: lost beside the air of the skull base, piled up at its rim."""
    strength = np.float32(smooth_step(-12, -40, plane.z))
    near = np.square(plane.x / 26) + np.square((plane.y + 62) / 24)
    factor: Field = (
        1 - strength * 0.9 * np.exp(-near) + strength * 1.1 * np.exp(-np.square((np.sqrt(near) - 1.5) / 0.3))
    )
    for side in (-1, 1):  # above the petrous bones
        petrous = np.square((plane.x - side * 48) / 15) + np.square((plane.y - 12) / 10)
        factor = factor + strength * 0.3 * np.exp(-petrous)
    return factor.astype(np.float32)


def rician(image: Field, spread: float, seed: tuple[int, ...]) -> Field:
    """The magnitude of a signal with Gaussian noise of ``spread`` in both channels; follows from ``seed``."""
    noise = np.random.default_rng(seed).standard_normal((2, *image.shape), np.float32) * np.float32(spread)
    magnitude: Field = np.hypot(image + noise[0], noise[1])
    return magnitude
