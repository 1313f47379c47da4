"""Oblique planes and slabs by vtkImageReslice. The only module that imports VTK, and only when it is first used.

VTK reads our array where it lies; nothing of it is copied. No window, no OpenGL. Every call has a filter to itself, so
calls from several threads do not meet; VTK lets other Python threads run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.planes import Planes
from workstation.imaging.sampling import Interpolation
from workstation.imaging.slab import Projection, Sheet
from workstation.imaging.volume import Volume

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkImagingCore import vtkImageReslice

_EDGE = 1e-4  # of a pixel: so near to the outer edge VTK may already see the background
_STILL = 1e-12  # of a pixel for each column: an index that does not change along a row
_TYPES = tuple(np.dtype(name) for name in ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"))


def can_reslice(volume: Volume) -> bool:
    """Whether VTK can read the volume as it lies: even slices, in order, in one piece of memory."""
    return (
        volume.grid.is_even
        and volume.is_in_order
        and volume.values.flags.c_contiguous
        and volume.values.dtype in _TYPES
    )


def reslice(volume: Volume, planes: Planes, index: int, interpolation: Interpolation = Interpolation.LINEAR) -> Sheet:
    """Plane ``index`` in the type of the volume, (rows, columns), and where it lies in the volume.

    Padding is taken as it comes: see `workstation.imaging.reformatting`, which does the pixels beside it again.

    Parameters
    ----------
    volume
        One that `can_reslice`.

    Raises
    ------
    RuntimeError
        When VTK reports an error or warns: a bug of ours.
    """
    try:
        cutter: _Cutter = volume.idle_cutters.pop()
    except IndexError:
        cutter = _Cutter(volume)
    sheet = cutter.cut(planes, index_matrix(volume, planes, index), interpolation)
    volume.idle_cutters.append(cutter)
    return sheet


def index_matrix(volume: Volume, planes: Planes, index: int) -> NDArray[np.float64]:
    """(column, row, sheet) of a plane, from the middle sheet, to (column, row, slice) of the volume, 4 × 4."""
    right, down, normal = planes.orientation.right, planes.orientation.down, planes.orientation.normal
    steps = (planes.spacing_mm[1], planes.spacing_mm[0], planes.sample_step_mm, 1.0)
    along = np.array([(*right, 0.0), (*down, 0.0), (*normal, 0.0), (*planes.first_pixel_mm(index), 1.0)])
    return np.asarray(volume.grid.inverse_affine @ (along.T * steps))


def load() -> None:
    """Import what of VTK is needed: half a second, to be spent off the GUI thread."""
    import vtkmodules.util.numpy_support
    import vtkmodules.vtkImagingCore
    import vtkmodules.vtkImagingStencil  # noqa: F401


class _Cutter:
    """One vtkImageReslice with its input, set up once for a volume and used by one thread at a time."""

    def __init__(self, volume: Volume) -> None:
        from vtkmodules.vtkCommonMath import vtkMatrix4x4
        from vtkmodules.vtkImagingCore import vtkImageReslice

        self._sizes = np.array([[volume.grid.columns], [volume.grid.rows], [volume.grid.slices]])
        self._complaints: list[str] = []
        self._axes = vtkMatrix4x4()
        self._filter = vtkImageReslice()
        self._filter.SetInputData(_image(volume))
        self._filter.SetResliceAxes(self._axes)
        self._filter.SetOutputSpacing(1.0, 1.0, 1.0)
        self._filter.SetOutputOrigin(0.0, 0.0, 0.0)
        self._filter.SetBackgroundLevel(0.0)
        for source in (self._filter, self._filter.GetExecutive()):
            _listen(source, self._complaints.append)

    def cut(self, planes: Planes, matrix: NDArray[np.float64], interpolation: Interpolation) -> Sheet:
        """One plane, which the next one does not touch."""
        shape = (planes.rows, planes.columns)
        self._axes.DeepCopy(tuple(matrix.ravel().tolist()))
        self._filter.SetOutputExtent(0, planes.columns - 1, 0, planes.rows - 1, 0, 0)
        _set_interpolation(self._filter, interpolation)
        _set_slab(self._filter, planes)
        self._filter.Update()
        if self._complaints:
            raise RuntimeError("vtkImageReslice: " + "; ".join(self._complaints))
        values = _array(self._filter.GetOutput()).reshape(shape)  # VTK takes new memory as long as this is held
        valid = _valid_by_vtk(self._filter, shape) if planes.is_slab else _valid(self._sizes, matrix, shape)
        return Sheet(values, valid)


def _image(volume: Volume) -> vtkImageData:
    """The slices as VTK sees them, in units of the index: same memory."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    slots = volume.grid.slots
    values = volume.values[slots[0] : slots[-1] + 1]
    image = vtkImageData()
    image.SetDimensions(values.shape[2], values.shape[1], values.shape[0])
    image.GetPointData().SetScalars(numpy_to_vtk(values.reshape(-1), deep=False))  # type: ignore[no-untyped-call]
    return image


def _set_interpolation(made: vtkImageReslice, interpolation: Interpolation) -> None:
    if interpolation is Interpolation.NEAREST:
        made.SetInterpolationModeToNearestNeighbor()
    elif interpolation is Interpolation.CUBIC:
        made.SetInterpolationModeToCubic()
    else:
        made.SetInterpolationModeToLinear()


def _set_slab(made: vtkImageReslice, planes: Planes) -> None:
    made.SetSlabNumberOfSlices(planes.samples)
    made.SetGenerateStencilOutput(planes.is_slab)
    # Its way for planes along the axes puts the sheets of a slab half a sheet beside where they belong (VTK 9.7).
    made.SetOptimization(not planes.is_slab)
    if planes.slab.projection is Projection.MIP:
        made.SetSlabModeToMax()
    elif planes.slab.projection is Projection.MINIP:
        made.SetSlabModeToMin()
    else:
        made.SetSlabModeToMean()


def _listen(source: Any, tell: Callable[[str], None]) -> None:
    """Errors and warnings become text for us instead of text in a terminal."""

    def heard(_source: object, event: str, text: str = "") -> None:
        tell(text.strip() or event)

    heard.CallDataType = "string0"  # type: ignore[attr-defined]  # how VTK's observers are told what they get
    source.AddObserver("ErrorEvent", heard)
    source.AddObserver("WarningEvent", heard)


def _valid(sizes: NDArray[np.intp], matrix: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Which pixels lie in the volume, as far as the outer edges of its pixels; None when all do.

    Along a row of the plane the index on each axis grows evenly, so that what is inside is one stretch of the row.
    """
    growth, start = matrix[:3, :1], matrix[:3, 3:] + matrix[:3, 1:2] * np.arange(shape[0])
    growth = np.where(np.abs(growth) < _STILL, _STILL, growth)
    ends = (_EDGE - 0.5 - start) / growth, (sizes - 0.5 - _EDGE - start) / growth
    begin = np.ceil(np.minimum(*ends).max(axis=0)).clip(0, shape[1])
    end = np.floor(np.maximum(*ends).min(axis=0)).clip(-1, shape[1] - 1)
    partly = np.flatnonzero((begin > 0) | (end < shape[1] - 1))
    if not partly.size:
        return None
    valid = np.ones(shape, dtype=np.bool_)
    columns = np.arange(shape[1], dtype=np.int16)
    first, last = begin[partly, None].astype(np.int16), end[partly, None].astype(np.int16)
    valid[partly] = (columns >= first) & (columns <= last)
    return valid


def _valid_by_vtk(filter_: vtkImageReslice, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Which pixels of a slab lie in the volume with at least one sheet, as VTK has decided; None when all do."""
    from vtkmodules.vtkImagingStencil import vtkImageStencilToImage

    picture = vtkImageStencilToImage()
    picture.SetInputData(filter_.GetStencilOutput())
    picture.SetInsideValue(1)
    picture.SetOutsideValue(0)
    picture.SetOutputScalarTypeToUnsignedChar()
    picture.Update()
    valid = _array(picture.GetOutput()).reshape(shape).view(np.bool_)
    return None if valid.all() else valid


def _array(image: vtkImageData) -> NDArray[Any]:
    """The pixels of a VTK image, which live as long as the array does."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    return np.asarray(vtk_to_numpy(image.GetPointData().GetScalars()))  # type: ignore[no-untyped-call]
