"""Publishing: files into a folder or a branch, whole or not at all."""
