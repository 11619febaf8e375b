"""Pages: results to addresses, templates and frozen contexts. One file a page."""
