"""Killing the process, the power and the disk, and counting what is left."""
