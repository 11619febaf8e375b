"""Development server with live reload."""
