"""Fuzz every reader of strangers' files: `make fuzz`."""
