"""The encrypted database (one writer) and the encrypted object store of one data folder."""
