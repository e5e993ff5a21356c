"""COPY: rows as text, CSV or PostgreSQL's binary format, in and out.

options        what COPY's options say, and which go together
lines          bytes to lines, CSV records included
fields         a line to its fields, and fields to a line
binary         the binary format
copy_from      lines to rows of a table: CopyIn
copy_to        rows to lines: CopyOut
"""
