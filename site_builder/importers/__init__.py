"""Import the output of evaluation harnesses into the tables of a project."""
