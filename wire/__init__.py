"""Bytes to messages and back, for every protocol that clients speak."""
