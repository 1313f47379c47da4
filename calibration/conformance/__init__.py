"""Verdicts: measured quantities against the rules of a policy, with their uncertainty. Limits are data, never code."""
