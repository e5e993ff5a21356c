"""Tests with real client programs: `make clients`."""
