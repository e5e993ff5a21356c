"""Tables as columns: Arrow batches beside the key-value truth, and DuckDB over them.

Two kinds of processes do the work, so that neither a long scan nor a crash reaches the server:

    server ──commits──> keeper           follows the commits, keeps segments and delta
       │                   │ files, mapped by both
       └────queries───> query processes  run DuckDB over one version of the tables, as of N

Only the modules of those processes import duckdb, pyarrow and numpy; the server's side imports
`messages` and the clients.
"""
