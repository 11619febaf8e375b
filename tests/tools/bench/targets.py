"""A bound that should hold, and whether it does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bound that should hold.

    Attributes:
        what: What is bounded.
        most: The bound.
        found: What was measured.
    """

    what: str
    most: float
    found: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.found <= self.most
