"""Luminance meters behind one interface: Argyll's spotread, Konica Minolta, a person's typing, a CSV file."""
