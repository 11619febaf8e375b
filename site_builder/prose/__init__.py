"""Prose of a project: Markdown with live figures and checked claims."""
