"""Which images hang where: protocol model, matching, layout, and which earlier studies matter. Pure: no Qt, no disk but protocol files."""
