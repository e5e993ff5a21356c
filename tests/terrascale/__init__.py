"""The product: settings, command line, start and stop."""
