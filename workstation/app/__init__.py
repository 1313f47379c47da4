"""Wiring, command line and crash handler: the only place that builds objects."""
