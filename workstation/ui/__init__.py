"""The windows of the reading application. Qt widgets only: they show state and report intentions."""
