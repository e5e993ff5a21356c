"""The product: puts the parts together and faces the user."""
