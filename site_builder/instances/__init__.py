"""Scores of single examples, more than memory holds, to results and paired differences."""
