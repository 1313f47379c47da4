"""Dictation: audio, speech engines, the text they become, and spoken commands."""
