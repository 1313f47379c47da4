"""The metrics: their table, and how they come from readings."""

from __future__ import annotations

from calibration.conformance.metric_table import METRICS, Metric, quantity
from calibration.conformance.quantities import between_of, drifts_of, facts_of, quantities_of

__all__ = ["METRICS", "Metric", "between_of", "drifts_of", "facts_of", "quantities_of", "quantity"]
