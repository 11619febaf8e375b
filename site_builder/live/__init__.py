"""The site while it is written: watched, built anew in memory, served to one's own browser."""
