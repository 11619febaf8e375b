"""Output of evaluation harnesses to the tables of the data contract."""
