"""One module a command, where a command has much to say."""
