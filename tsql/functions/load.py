"""Imports every function and type family, so that their registrations happen. Sorted; one line a family."""
