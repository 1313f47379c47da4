"""Anatomy drawn by formula: smooth shapes with tissue values, for studies of patients who do not exist."""
