"""Keys (the door to the key store), sealed bytes, the audit trail, local log-in, the reader's signing key."""
