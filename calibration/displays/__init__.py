"""Which monitors there are: their identity from EDID, size and pitch, panel settings over DDC/CI, role and target."""
