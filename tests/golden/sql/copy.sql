CREATE TABLE c (a int PRIMARY KEY, b text, n numeric, d date);

COPY c FROM STDIN;
\data
1	one	1.50	2024-01-01
2	\N	\N	\N
3	tab\there	3	2024-03-03
4	back\\slash\nnewline	4	2024-04-04
\.

SELECT * FROM c ORDER BY a;

COPY c TO STDOUT;

COPY c (a, b) TO STDOUT WITH (FORMAT csv, HEADER);

COPY c TO STDOUT (FORMAT csv, DELIMITER ';', NULL 'NULL', QUOTE '''', FORCE_QUOTE *);

COPY (SELECT a * 2, b FROM c WHERE a < 3 ORDER BY a) TO STDOUT;

COPY c FROM STDIN (FORMAT csv, HEADER);
\data
a,b,n,d
10,"quoted, ""yes""",1,2024-01-01
11,,,
12,"",2,2024-01-02

SELECT a, b, b IS NULL FROM c WHERE a >= 10 ORDER BY a;

COPY c (a, b) FROM STDIN (FORMAT csv, NULL 'nil', DELIMITER '|');
\data
20|x
21|nil

COPY c FROM STDIN;
\data
1	dup	1	2024-01-01

COPY c FROM STDIN;
\data
30	x	1	2024-01-01
x	x	1	2024-01-01

COPY c FROM STDIN;
\data
31	x	1

COPY c FROM STDIN;
\data
31	x	1	2024-01-01	extra

COPY c FROM STDIN;
\data
32	x	1	not-a-date

SELECT count(*) FROM c WHERE a >= 30;

COPY c (a, nope) FROM STDIN;

COPY nope FROM STDIN;

COPY c TO STDOUT (FORMAT nope);

COPY c TO STDOUT (DELIMITER 'ab');

COPY c (a) FROM STDIN (FORMAT text, HEADER match);
\data
a
40

COPY c FROM STDIN (FORMAT csv);
\data
50,"unterminated

COPY c FROM STDIN WHERE a > 61;
\data
61	x	1	2024-01-01
62	y	1	2024-01-01

SELECT a FROM c WHERE a > 60 ORDER BY a;

CREATE TABLE types (a int[], j jsonb, b bytea, t bool, f float8, i interval);

COPY types FROM STDIN;
\data
{1,2,NULL}	{"a": [1, 2]}	\\x00ff	t	1.5e10	1 day 02:00:00
{}	null	\\x	f	NaN	-1 mons

COPY types TO STDOUT;

COPY types TO STDOUT CSV;

-- refused: the server's files are not the client's business
COPY c FROM '/etc/passwd';

CREATE TABLE few (a int, b int);

COPY few FROM STDIN;
\data
x

DROP TABLE few;
