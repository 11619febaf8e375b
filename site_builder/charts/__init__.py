"""Charts: results to Plotly figures, each with its finding, its reading and its numbers as a table."""
