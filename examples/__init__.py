"""Real data, loaded and asked: `make examples`."""
