"""Statements that aren't planned: transaction control, settings, DDL and the rest, a module a family.

`tsql.commands.table` lists them all.
"""
