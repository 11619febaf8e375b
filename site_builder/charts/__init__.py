"""Charts: results to a Plotly figure, a finding in words, and the same numbers as a table."""
