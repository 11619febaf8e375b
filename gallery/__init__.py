"""Boards of other people, as projects of the generator."""
