"""Training sets to features of their tasks: how many examples, how long, how alike."""
