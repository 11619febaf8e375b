"""Rendering: pages to HTML and files."""
