"""Compute the results of a site by pure functions, each with its formula and source."""
