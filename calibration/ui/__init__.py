"""Windows of the calibration program: guided checks, displays and their state, trends, fleet."""
