"""PostgreSQL's advanced regular expressions (ARE), with its own rules of which match is found.

PostgreSQL's rules aren't Perl's. A match begins as far left as possible; then the whole expression
is as long, or as short, as its *preference* says, which is that of the first quantifier in it that
has one; and only then are the parts fitted into what was found, each as its own preference says,
earlier parts first (manual, 9.7.3.5). `(a|ab)(c|bcd)` finds all of `abcd`, where Perl stops at `abc`.

    syntax      the expression as a tree
    parser      text to tree, with PostgreSQL's errors
    automaton   tree to a lazy DFA: how far can a match from here reach?
    dissect     which part of a match belongs to which parentheses; back references
    translate   expressions for which Perl's rules agree, as patterns of the regex module
    engine      what the functions use: compiled expressions, kept for the next row

The DFA takes linear time whatever the expression. What can take longer (parentheses, back
references, look-around) counts its steps and ends with an error.
"""
