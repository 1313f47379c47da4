"""Test patterns, drawn by us in device pixels from published descriptions, never copied from a standard's files."""
