"""`python -m terrascale` is the `terrascale` command."""

from terrascale.cli import main

main()
