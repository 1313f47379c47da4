"""Many workstations at once: an index over their exported records, and who is overdue, failing or drifting."""
