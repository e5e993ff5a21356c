"""The program of a query process: `python -m storage.columns.query_program`, started by the server."""

from storage.columns.query_process import run
from storage.columns.reader import Reader

if __name__ == "__main__":
    run(Reader().open)
