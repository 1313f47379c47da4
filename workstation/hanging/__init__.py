"""Which images hang where, and which earlier studies matter: protocols, matching, layout. No Qt."""
