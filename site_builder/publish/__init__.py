"""Publishing: files into a folder or a branch, complete or not at all."""
