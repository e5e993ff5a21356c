"""The product: puts the parts together and faces the user."""

__version__ = "0.1.0"
