"""Records of displays: append-only, chained, in one SQLite file that several programs use at once."""
