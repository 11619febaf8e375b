"""Output: pages to files on disk. URLs, templates, assets, publishing."""
