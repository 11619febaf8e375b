"""Scores of single examples: aggregated into results and paired differences."""
