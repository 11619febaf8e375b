"""Tables: the contract of the data, its reading and its checking."""
