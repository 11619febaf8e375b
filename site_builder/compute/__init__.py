"""Computing: tables to frozen results. Pure functions, a formula and its source in each docstring."""
