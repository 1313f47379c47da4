"""From a stored pixel to a driving level, one module for each arrow of the way.

decoding → stored value → `modality_lut` → `voi_lut` → `presentation_lut` → P-value → display LUT → DDL; `gray_table`
composes them into one table, `resampling` interpolates stored values before it, `picture` puts it all together.
"""
