"""Hostile input: nothing dies, memory comes back, nobody else notices."""
