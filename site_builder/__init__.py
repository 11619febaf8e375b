"""A static leaderboard website generator: Parquet in, published pages out."""

__version__ = "0.2.0"
