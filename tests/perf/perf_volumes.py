"""Planes through a volume of 500 slices: ours against the bare VTK call, and what readers wait for."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from tests.helpers.volume_phantoms import display_set_of, stack_headers
from tests.perf.measuring import Row, compared, interleaved, judged
from workstation.imaging.planes import CORONAL, SAGITTAL, Orientation, Planes, planes_of
from workstation.imaging.reformatting import plane_frame
from workstation.imaging.reslice import index_matrix
from workstation.imaging.slab import Projection, Slab
from workstation.imaging.volume import Volume, volume_from
from workstation.imaging.volume_grid import grid_of

_SIDE = 512
_ROUNDS = 41
_SLAB_ROUNDS = 5
_OBLIQUE = Orientation("OBLIQUE", (1.0, 0.0, 0.0), (0.0, math.cos(0.5), math.sin(0.5))).turned(20, about_vertical=True)


def rows(work: Path) -> Iterator[Row]:
    """The rows of the table; what is needed is made in memory."""
    volume = _chest()
    yield from _oblique(volume)
    yield from _slabs(volume)
    yield from _against_simpleitk(volume)
    yield _memory(volume)


def _chest() -> Volume:
    """500 slices of 512², 0.7 × 0.7 × 0.8 mm, noise over a few shapes."""
    origins = [(-180.0, -180.0, 0.8 * n) for n in range(500)]
    display_set = display_set_of(stack_headers(origins, spacing=(0.7, 0.7), size=(_SIDE, _SIDE)))
    values = np.random.default_rng(1).integers(-1000, 1500, (500, _SIDE, _SIDE), dtype=np.int16)
    return volume_from(values, grid_of(display_set), display_set)


def _oblique(volume: Volume) -> Iterator[Row]:
    planes = _square(planes_of(volume.grid, _OBLIQUE))
    middle = planes.count // 2
    bare = _bare(volume, planes, middle)
    sides = {"ours": lambda: plane_frame(volume, planes, middle), "vtk": bare}
    found = interleaved(sides, _ROUNDS)
    yield compared("oblique 512² plane, linear, to vtkImageReslice", found["ours"], found["vtk"], 1.1)


def _slabs(volume: Volume) -> Iterator[Row]:
    slab = Slab(16.0, Projection.MIP)
    tilted = _square(planes_of(volume.grid, _OBLIQUE, slab))
    middle = tilted.count // 2
    sides = {"ours": lambda: plane_frame(volume, tilted, middle), "vtk": _bare(volume, tilted, middle)}
    found = interleaved(sides, _SLAB_ROUNDS)
    yield compared("oblique 512² slab MIP 16 mm, to vtkImageReslice", found["ours"], found["vtk"], 1.2)
    for name, orientation in (("coronal", CORONAL), ("sagittal", SAGITTAL)):
        planes = planes_of(volume.grid, orientation, slab)
        sides = {"ours": _call(volume, planes), "vtk": _bare(volume, planes, planes.count // 2)}
        found = interleaved(sides, _SLAB_ROUNDS)
        yield compared(f"{name} slab MIP 16 mm, to vtkImageReslice", found["ours"], found["vtk"], 1.0)


def _against_simpleitk(volume: Volume) -> Iterator[Row]:
    planes = _square(planes_of(volume.grid, _OBLIQUE))
    middle = planes.count // 2
    found = interleaved({"ours": _call(volume, planes), "itk": _itk(volume, planes, middle)}, _ROUNDS)
    yield compared("oblique 512² plane, linear, to SimpleITK", found["ours"], found["itk"], 1.5)


def _memory(volume: Volume) -> Row:
    """What one oblique plane takes of Python's memory: nothing near the size of the volume."""
    planes = _square(planes_of(volume.grid, _OBLIQUE))
    tracemalloc.start()
    plane_frame(volume, planes, planes.count // 2)
    share = tracemalloc.get_traced_memory()[1] / volume.values.nbytes
    tracemalloc.stop()
    return judged("memory of one oblique plane, share of the volume", share, "x", 0.02, runs=1)


def _square(planes: Planes) -> Planes:
    """The same with 512 × 512 pixels about the middle."""
    orientation = planes.orientation
    left = (planes.columns - _SIDE) / 2 * planes.spacing_mm[1] * np.array(orientation.right)
    top = (planes.rows - _SIDE) / 2 * planes.spacing_mm[0] * np.array(orientation.down)
    x, y, z = (float(each) for each in np.array(planes.first_mm) + left + top)
    return replace(planes, first_mm=(x, y, z), rows=_SIDE, columns=_SIDE)


def _call(volume: Volume, planes: Planes) -> Callable[[], object]:
    return lambda: plane_frame(volume, planes, planes.count // 2)


def _bare(volume: Volume, planes: Planes, index: int) -> Callable[[], object]:
    """vtkImageReslice with everything set up beforehand."""
    image = vtkImageData()
    values: NDArray[Any] = volume.values
    image.SetDimensions(*values.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(values.reshape(-1), deep=False))
    axes = vtkMatrix4x4()
    axes.DeepCopy(tuple(index_matrix(volume, planes, index).ravel()))
    reslice = vtkImageReslice()
    reslice.SetInputData(image)
    reslice.SetResliceAxes(axes)
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputExtent(0, planes.columns - 1, 0, planes.rows - 1, 0, 0)
    reslice.SetInterpolationModeToLinear()
    if planes.is_slab:
        reslice.SetSlabNumberOfSlices(planes.samples)
        reslice.SetSlabModeToMax()

    def run() -> None:
        reslice.Modified()
        reslice.Update()

    return run


def _itk(volume: Volume, planes: Planes, index: int) -> Callable[[], object]:
    image = SimpleITK.GetImageFromArray(volume.values)
    image.SetSpacing(volume.spacing_mm)
    image.SetOrigin(tuple(volume.grid.origins_mm[0]))
    resampler = SimpleITK.ResampleImageFilter()
    frame = np.array([planes.orientation.right, planes.orientation.down, planes.orientation.normal])
    resampler.SetOutputDirection(tuple(frame.T.ravel()))
    resampler.SetOutputOrigin(planes.first_pixel_mm(index))
    resampler.SetOutputSpacing((planes.spacing_mm[1], planes.spacing_mm[0], planes.step_mm))
    resampler.SetSize((planes.columns, planes.rows, 1))
    resampler.SetInterpolator(SimpleITK.sitkLinear)
    return lambda: resampler.Execute(image)
