"""HTTP: bytes to requests, responses to bytes, and a connection's life."""
