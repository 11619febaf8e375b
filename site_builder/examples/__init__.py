"""Aggregate scores of single examples into results and paired differences."""
