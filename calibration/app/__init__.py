"""Wiring and command line of the `calibration` program."""
