"""What the comparison of scripts with PostgreSQL reads as one statement."""

from tools.psql_script import ScriptReader, interpolate, split_arguments, split_statements


def test_statements_end_at_semicolons_outside_of_quotes_and_parentheses() -> None:
    sql = "select ';', \";\", $a$;$a$, E'\\';' -- ;\n; /* ; /* ; */ */ create rule r as (a; b); c"
    assert len(split_statements(sql)) == 3


def test_bodies_of_functions_are_one_statement() -> None:
    sql = "create function f() returns int begin atomic select case when true then 1 end; end; select 1"
    assert len(split_statements(sql)) == 2


def test_commands_end_a_statement_or_stand_alone() -> None:
    reader = ScriptReader("select 1 as x \\gset p_\n\\set y 'a b'\nselect :p_x \\; select 2;\n")
    steps = [reader.next_step() for _ in range(4)]
    assert [(s.sql, s.command, s.arguments) for s in steps if s] == [
        ("select 1 as x", "gset", "p_"),
        ("", "set", "y 'a b'"),
        ("select :p_x ; select 2", "", ""),
    ]
    assert steps[3] is None


def test_the_data_of_copy_is_left_out() -> None:
    reader = ScriptReader("copy t from stdin;\n1\n;\n\\.\nselect 1;")
    assert reader.next_step() is not None
    assert reader.take_copy_data() == b"1\n;\n"
    after = reader.next_step()
    assert after is not None
    assert (after.sql, after.line) == ("select 1", 5)


def test_variables_are_put_in_outside_of_quotes() -> None:
    variables = {"x": "it's", "n": "1"}
    sql = "select :n, :'x', :\"x\", ':n', a[1:n], b::n, :unknown, :{?n}"
    expected = "select 1, 'it''s', \"it's\", ':n', a[11], b::n, :unknown, TRUE"
    assert interpolate(sql, variables) == expected
    assert split_arguments("a 'b c' d:n", variables) == ["a", "b c", "d1"]
