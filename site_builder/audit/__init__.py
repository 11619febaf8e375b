"""Tell in one screen how firm the ranks of any results are."""
