"""Runs checks of displays and tells the state that readers' windows and the signing rule go by."""
