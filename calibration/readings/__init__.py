"""What a meter said: single readings, levels read several times, series of levels; each knows its space and ambient."""
