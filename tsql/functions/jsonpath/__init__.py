"""SQL/JSON path: the type jsonpath and the functions that take one (PostgreSQL manual, 9.16.2).

syntax      a path as a tree
lexer       text to tokens
parser      tokens to the tree, with PostgreSQL's errors
printer     the tree as jsonpath's output
evaluate    walking a document along a path
methods     .type(), .size(), .double(), .keyvalue() …
layout      where PostgreSQL would store an object: .keyvalue() makes ids of it
datetimes   .datetime() and comparison of its results
functions   jsonb_path_query and its kin
"""
