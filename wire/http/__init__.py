"""HTTP/1.1 for front doors that answer whole requests with whole responses."""
