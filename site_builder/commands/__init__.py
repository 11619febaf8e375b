"""Commands, a module each, and what they share: options, and how progress and faults are told."""
