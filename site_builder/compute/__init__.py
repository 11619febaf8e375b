"""Computing: tables to frozen results. Pure functions, formula and source in each docstring."""
