"""Releases of a board: reading, comparing and reporting two of them."""
