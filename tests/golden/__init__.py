"""Recorded answers, and the code that records and replays them."""
