"""A project to start from: its files, and how they are put into a folder."""
