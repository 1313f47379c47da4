"""Plots of the guided windows: the luminance curve with its target, and the deviation of each contrast step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QVBoxLayout, QWidget

from calibration.checks.live_curve import ContrastStep, CurvePoint, LiveCurve
from workstation.foundation.errors import BadInput
from workstation.qtkit.accessible import named
from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens

_BAND_ALPHA = 46
_LEAST_SHOWN_CD_M2 = 0.01  # a logarithmic axis has no zero
EXPORT_WIDTH_PX = 1600


def _plain_powers(values: Sequence[float], _scale: float, _spacing: float) -> list[str]:
    """Labels of a logarithmic axis: 1, 10, 100 instead of powers of ten."""
    return [f"{10**value:g}" for value in values]


class Plot(QWidget):
    """One plot in the program's look: it reads nothing from the mouse and can be saved as SVG or PNG."""

    def __init__(self, name: str, tokens: Tokens, *, left: str, bottom: str, is_logarithmic: bool = False) -> None:
        super().__init__()
        named(self, name)
        self.tokens = tokens
        self.view = pg.PlotWidget(background=tokens.surface.panel, antialias=True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.item: pg.PlotItem = self.view.getPlotItem()
        if is_logarithmic:
            self.item.getAxis("left").logTickStrings = _plain_powers
        self._dress(left, bottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    def sizeHint(self) -> QSize:
        return QSize(self.tokens.px(420), self.tokens.px(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.tokens.px(200), self.tokens.px(130))

    def save(self, path: Path) -> None:
        """Write the plot as ``.svg`` or ``.png``.

        Raises
        ------
        BadInput
            For another suffix, or where the file cannot be written.
        """
        suffix = path.suffix.lower()
        if suffix not in (".svg", ".png"):
            raise BadInput(f"A plot cannot be saved as {suffix or 'a file without a suffix'}.", "Choose .svg or .png.")
        try:
            path.write_bytes(self._as_svg() if suffix == ".svg" else self._as_png())
        except OSError as error:
            raise BadInput(f"The plot could not be written to {path} ({error.strerror}).") from error

    def _as_svg(self) -> bytes:
        """Drawn by Qt's own generator: pyqtgraph's exporter does not read the paths that this Qt writes."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(self.size())
        generator.setViewBox(self.rect())
        generator.setResolution(self.logicalDpiX())  # else axes, which are drawn by replay, would be scaled apart
        generator.setTitle(self.accessibleName())
        self._paint_on(generator, 1.0)
        return bytes(buffer.data().data())

    def _as_png(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image = QImage(EXPORT_WIDTH_PX, EXPORT_WIDTH_PX * self.height() // self.width(), QImage.Format.Format_RGB32)
        self._paint_on(image, EXPORT_WIDTH_PX / self.width())
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        return bytes(buffer.data().data())

    def _paint_on(self, device: QPaintDevice, scale: float) -> None:
        """Draw the scene with its marks as paths, not as pictures taken from the screen."""
        marks = [each for each in self.view.scene().items() if hasattr(each, "setExportMode")]
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for each in marks:
            each.setExportMode(True, {"painter": painter, "antialias": True, "resolutionScale": scale})
        try:
            self.view.render(painter)
        finally:
            painter.end()
            for each in marks:
                each.setExportMode(False)

    def _dress(self, left: str, bottom: str) -> None:
        self.item.setMenuEnabled(False)
        self.item.setMouseEnabled(x=False, y=False)
        self.item.hideButtons()
        self.item.showGrid(x=False, y=True, alpha=0.18)
        self.item.layout.setContentsMargins(self.tokens.spacing.s, self.tokens.spacing.s, self.tokens.spacing.l, 0)
        for side, text in (("left", left), ("bottom", bottom)):
            axis = self.item.getAxis(side)
            axis.setLabel(text, color=self.tokens.text.secondary, **{"font-size": f"{self.tokens.type.caption}px"})
            axis.setPen(pg.mkPen(self.tokens.surface.line))
            axis.setTextPen(pg.mkPen(self.tokens.text.secondary))
            axis.setStyle(tickFont=self._font(), tickLength=-self.tokens.spacing.xs)
            axis.enableAutoSIPrefix(False)
        self.item.getAxis("left").setWidth(self.tokens.px(58))

    def _font(self) -> QFont:
        return interface_font(self.tokens.type.caption)

    def colour(self, name: str, alpha: int = 255) -> QColor:
        """A colour of the tokens, more or less transparent."""
        colour = QColor(name)
        colour.setAlpha(alpha)
        return colour


class LuminancePlot(Plot):
    """L' by level on a logarithmic axis: readings with error bars over the target line and its band."""

    def __init__(self, name: str, tokens: Tokens) -> None:
        super().__init__(name, tokens, left="Luminance, cd/m²", bottom="Level", is_logarithmic=True)
        self.item.setLogMode(x=False, y=True)
        edge = pg.mkPen(None)
        self._upper = pg.PlotDataItem(pen=edge)
        self._lower = pg.PlotDataItem(pen=edge)
        self._band = pg.FillBetweenItem(self._lower, self._upper, brush=self.colour(tokens.status.ok, _BAND_ALPHA))
        self._target = pg.PlotDataItem(pen=pg.mkPen(tokens.status.ok, width=tokens.px(1)))
        self._bars = pg.ErrorBarItem(pen=pg.mkPen(tokens.text.secondary), beam=3.0)
        self._points = pg.PlotDataItem(
            pen=None, symbol="o", symbolSize=tokens.px(6), symbolBrush=tokens.text.primary, symbolPen=None
        )
        self._now = pg.PlotDataItem(
            pen=None,
            symbol="o",
            symbolSize=tokens.px(11),
            symbolBrush=None,
            symbolPen=pg.mkPen(tokens.accent.main, width=2),
        )
        for part in (self._upper, self._lower, self._band, self._target, self._bars, self._points, self._now):
            self.item.addItem(part)

    def show_curve(
        self, curve: LiveCurve, *, now: int | None = None, at_least: tuple[float, float] | None = None
    ) -> None:
        """Show what is measured so far.

        Parameters
        ----------
        now
            The level under the meter, ringed.
        at_least
            Luminances (cd/m²) that the axis reaches in any case.
        """
        self.item.setXRange(0, curve.levels - 1, padding=0.03)
        low = np.maximum(curve.target_cd_m2 * (1 - curve.band), _LEAST_SHOWN_CD_M2)
        self._lower.setData(curve.target_levels, low)
        self._upper.setData(curve.target_levels, curve.target_cd_m2 * (1 + curve.band))
        self._target.setData(curve.target_levels, curve.target_cd_m2)
        shown = [point for point in curve.points if point.luminance_cd_m2 > 0]
        levels = np.array([point.level for point in shown], np.float64)
        luminance = np.maximum([point.luminance_cd_m2 for point in shown], _LEAST_SHOWN_CD_M2)
        self._points.setData(levels, luminance)
        self._show_bars(shown, levels)
        ringed = [point for point in shown if point.level == now]
        self._now.setData([p.level for p in ringed], [p.luminance_cd_m2 for p in ringed])
        self._fit(np.concatenate((luminance, curve.target_cd_m2, at_least or ())))

    def _show_bars(self, shown: Sequence[CurvePoint], levels: NDArray[np.float64]) -> None:
        """Error bars do not know logarithmic axes: they are given in powers of ten."""
        middle = np.array([point.luminance_cd_m2 for point in shown])
        half = np.array([point.uncertainty_cd_m2 or 0.0 for point in shown])
        top = np.log10(np.maximum(middle + half, _LEAST_SHOWN_CD_M2))
        foot = np.log10(np.maximum(middle - half, _LEAST_SHOWN_CD_M2))
        y = np.log10(np.maximum(middle, _LEAST_SHOWN_CD_M2))
        self._bars.setData(x=levels, y=y, top=top - y, bottom=y - foot)

    def _fit(self, luminance: NDArray[np.float64]) -> None:
        low, high = (luminance.min(), luminance.max()) if luminance.size else (0.5, 500.0)
        self.item.setYRange(np.log10(low * 0.7), np.log10(high * 1.5), padding=0)


class ContrastPlot(Plot):
    """k of each contrast step in per cent, with error bars between the limits of the policy."""

    def __init__(self, name: str, tokens: Tokens) -> None:
        super().__init__(name, tokens, left="Deviation of contrast, %", bottom="Level")
        self._limit = 0.0
        self._region = pg.LinearRegionItem(
            orientation="horizontal",
            movable=False,
            brush=self.colour(tokens.status.ok, _BAND_ALPHA),
            pen=pg.mkPen(None),
        )
        pen = pg.mkPen(tokens.status.fail, width=tokens.px(1), style=Qt.PenStyle.DashLine)
        self._limits = [pg.InfiniteLine(angle=0, pen=pen) for _ in range(2)]
        zero = pg.InfiniteLine(0, angle=0, pen=pg.mkPen(tokens.text.disabled))
        self._bars = pg.ErrorBarItem(pen=pg.mkPen(tokens.text.secondary), beam=3.0)
        self._inside = self._dots(tokens.text.primary, "o")
        self._outside = self._dots(tokens.status.fail, "d")  # another shape too: colour is never the only sign
        for part in (self._region, zero, *self._limits, self._bars, self._inside, self._outside):
            self.item.addItem(part)

    def show_steps(self, steps: Sequence[ContrastStep], *, limit: float, levels: int) -> None:
        """Show every k between ``-limit`` and ``limit`` (0.10 = 10 %)."""
        self.item.setXRange(0, levels - 1, padding=0.03)
        self._region.setRegion((-100 * limit, 100 * limit))
        for sign, line in zip((-1, 1), self._limits, strict=True):
            line.setValue(sign * 100 * limit)
        x = np.array([(step.lower + step.upper) / 2 for step in steps])
        y = np.array([100 * step.deviation for step in steps])
        half = np.array([100 * (step.uncertainty or 0.0) for step in steps])
        is_out = np.abs(y) > 100 * limit
        self._bars.setData(x=x, y=y, top=half, bottom=half)
        self._inside.setData(x[~is_out], y[~is_out])
        self._outside.setData(x[is_out], y[is_out])
        reach = max(150 * limit, *(np.abs(y) + half).tolist(), 1.0) * 1.1
        self.item.setYRange(-reach, reach, padding=0)

    def _dots(self, colour: str, symbol: str) -> pg.PlotDataItem:
        return pg.PlotDataItem(
            pen=None, symbol=symbol, symbolSize=self.tokens.px(7), symbolBrush=colour, symbolPen=None
        )
