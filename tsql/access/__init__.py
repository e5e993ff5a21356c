"""Roles and privileges: who is a member of what, who owns what, who may do what.

Everything is read from the catalog of the moment; nothing is asked while rows are read or written.
A plan notes what it needs (`Need`), and a session asks once per version of the catalog.
"""
