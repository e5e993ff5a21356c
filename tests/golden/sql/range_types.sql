SELECT '[1,5]'::int4range, '(1,5)'::int4range, '[1,1)'::int4range, 'empty'::int4range, ' EMPTY '::int4range, '(,)'::int4range, '[,5]'::int8range, '(2,]'::int8range;

SELECT '[1.0,2.50]'::numrange, '(1,NaN]'::numrange, '[-Infinity,Infinity)'::numrange, '[NaN,]'::numrange, '[2000-01-01,2000-01-31]'::daterange, '(infinity,)'::daterange, '[-infinity,infinity]'::daterange;

SELECT '[2000-01-01 10:00,2000-01-02)'::tsrange, '("2000-01-01 10:00",)'::tsrange, '[2000-01-01 10:00+02,2000-01-02 00:00+00]'::tstzrange, '[-infinity,infinity]'::tsrange;

SELECT ' [ 1 , 5 ] '::int4range, '["1","5"]'::int4range, E'[\\1,5]'::int4range, '[1"2",5"5"]'::int4range;

SELECT ''::int4range;

SELECT 'x'::int4range;

SELECT '[1'::int4range;

SELECT '[1,2'::int4range;

SELECT '[1)'::int4range;

SELECT '[1,2,3]'::int4range;

SELECT '[1,2] x'::int4range;

SELECT 'empty x'::int4range;

SELECT '["1,2]'::int4range;

SELECT '[a,2]'::int4range;

SELECT '[3,2]'::int4range;

SELECT '[1,2147483647]'::int4range;

SELECT '(2147483647,]'::int4range;

SELECT '[1,9223372036854775807]'::int8range;

SELECT '[5874897-12-31,5874897-12-31]'::daterange;

SELECT '[,]'::int4range, '["",5]'::int4range;

SELECT int4range(1, 5), int4range(1, 5, '[]'), int4range(1, 5, '(]'), int4range(1, 5, '()'), int4range(NULL, 5), int4range(1, NULL, '[]'), int4range(NULL, NULL), int4range(5, 5), int4range(5, 5, '[]');

SELECT int8range(1, 5, '[]'), numrange(1.5, 2), numrange(1.5, 1.50, '[]'), daterange('2020-02-28', '2020-02-29', '[]'), tsrange('2020-01-01', '2020-02-01'), tstzrange('2020-01-01', '2020-02-01', '(]');

SELECT int4range(1, 5, NULL);

SELECT int4range(1, 5, 'x');

SELECT int4range(5, 1);

SELECT lower(r), upper(r), isempty(r), lower_inc(r), upper_inc(r), lower_inf(r), upper_inf(r) FROM unnest(ARRAY['[1,5]'::numrange, '(1,5)', '(,5]', '[1,)', '(,)', 'empty']) AS r;

SELECT a, b, a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge FROM (VALUES ('[1,2)'::numrange, '[1.0,2.00)'::numrange), ('[1,2)', '[1,2]'), ('(1,2)', '[1,2)'), ('(,2)', '[1,2)'), ('[1,2)', '[1,)'), ('empty', '(,)'), ('empty', 'empty'), ('[NaN,]', '[5,]')) AS v(a, b);

SELECT a, b, a && b AS overlaps, a @> b AS contains, a <@ b AS within, a << b AS before, a >> b AS after, a &< b AS overleft, a &> b AS overright, a -|- b AS adjacent FROM (VALUES ('[1,5)'::int4range, '[5,8)'::int4range), ('[1,5]', '[5,8)'), ('[1,9)', '[5,8)'), ('[5,8)', '[1,9)'), ('(,3)', '[3,)'), ('(,)', '[1,2)'), ('empty', '[1,2)'), ('[1,2)', 'empty'), ('empty', 'empty'), ('[1,2)', '[4,5)')) AS v(a, b);

SELECT a, b, a && b, a @> b, a << b, a -|- b FROM (VALUES ('[1,5)'::numrange, '[5,8)'::numrange), ('[1,5]', '[5,8)'), ('[1,5)', '(5,8)'), ('(1,5)', '[1,5]')) AS v(a, b);

SELECT int4range(1, 5) @> 1, int4range(1, 5) @> 5, 3 <@ int4range(1, 5), 'empty'::int4range @> 1, numrange(1, 2) @> 1.5, '(1,2)'::numrange @> 1.0, '[1,)'::numrange @> 'NaN'::numeric, daterange('2020-01-01', NULL) @> '2021-01-01'::date;

SELECT int4range(1, 10) @> '5';

SELECT int4range(1, 10) @> '[2,3)', '[2,3)' <@ int4range(1, 10), int4range(1, 10) && '[9,12]';

SELECT int4range(1, 10) = numrange(1, 10);

SELECT int4range(1, 10) @> 5.0;

SELECT int4range(1, 10) && int8range(1, 10);

SELECT a + b, a * b FROM (VALUES ('[1,5)'::int4range, '[3,8)'::int4range), ('[1,5)', '[5,8)'), ('[1,5)', 'empty'), ('empty', 'empty'), ('(,3)', '[2,)')) AS v(a, b);

SELECT a - b FROM (VALUES ('[1,5)'::int4range, '[3,8)'::int4range), ('[3,8)', '[1,5)'), ('[1,5)', '[7,8)'), ('[1,5)', '[1,5)'), ('[1,5)', 'empty'), ('[1,5)', '(,)'), ('[1,5)', '[1,3)')) AS v(a, b);

SELECT '[1,5]'::numrange - '[1,2)'::numrange, '[1,5]'::numrange - '(3,5]'::numrange, '[1,5]'::numrange * '(2,9)'::numrange, '[1,5]'::numrange + '(5,9)'::numrange;

SELECT int4range(1, 3) + int4range(5, 8);

SELECT int4range(1, 9) - int4range(3, 5);

SELECT range_merge(int4range(1, 3), int4range(5, 8)), range_merge('empty'::int4range, int4range(5, 8)), range_merge('{[1,3),[5,8)}'::int4multirange), range_merge('{}'::int4multirange);

SELECT '{}'::int4multirange, '{[1,3),[5,8]}'::int4multirange, '{[5,8),[1,3),[2,4),empty}'::int4multirange, ' { [1,3) , (,0) } '::int4multirange, '{empty}'::nummultirange, '{["1",2]}'::nummultirange, '{[1,2),[2,3]}'::nummultirange, '{[1,2),(2,3]}'::nummultirange;

SELECT ''::int4multirange;

SELECT '[1,2)'::int4multirange;

SELECT '{'::int4multirange;

SELECT '{[1,2)'::int4multirange;

SELECT '{[1,2),}'::int4multirange;

SELECT '{[1,2)[3,4)}'::int4multirange;

SELECT '{[1,2)} x'::int4multirange;

SELECT '{[1,2'::int4multirange;

SELECT '{1}'::int4multirange;

SELECT '{[3,2)}'::int4multirange;

SELECT int4multirange(), int4multirange(int4range(1, 3)), int4multirange('empty'), int4multirange(int4range(5, 8), int4range(1, 3), int4range(3, 4)), multirange(int4range(1, 5)), datemultirange(daterange('2020-01-01', '2020-02-01'));

SELECT int4multirange(int4range(5, 8), NULL);

SELECT int4multirange(VARIADIC ARRAY[[int4range(5, 8)]]);

SELECT int4range(1, 4)::int4multirange, numrange(1, 2)::nummultirange, 'empty'::int4range::int4multirange;

SELECT lower(m), upper(m), isempty(m), lower_inc(m), upper_inc(m), lower_inf(m), upper_inf(m) FROM unnest(ARRAY['{[1,5],(7,9)}'::nummultirange, '{(,3)}', '{(1,2),[5,)}', '{}']) AS m;

SELECT a, b, a = b AS eq, a < b AS lt, a >= b AS ge, a && b AS overlaps, a @> b AS contains, a <@ b AS within, a << b AS before, a >> b AS after, a &< b AS overleft, a &> b AS overright, a -|- b AS adjacent FROM (VALUES ('{[1,5)}'::int4multirange, '{[5,8)}'::int4multirange), ('{[1,5),[7,9)}', '{[2,3),[8,9)}'), ('{[1,5),[7,9)}', '{[5,7)}'), ('{}', '{[1,2)}'), ('{}', '{}'), ('{(,3)}', '{[10,)}'), ('{[1,3)}', '{[1,3),[5,6)}')) AS v(a, b);

SELECT a, b, a && b AS overlaps, a @> b AS contains, a <@ b AS within, a << b AS before, a >> b AS after, a &< b AS overleft, a &> b AS overright, a -|- b AS adjacent FROM (VALUES ('[1,5)'::int4range, '{[5,8)}'::int4multirange), ('[1,9)', '{[2,3),[8,9)}'), ('[2,3)', '{[1,4),[7,9)}'), ('empty', '{[1,2)}'), ('[1,2)', '{}'), ('empty', '{}'), ('[9,12)', '{[1,3),[5,9)}')) AS v(a, b);

SELECT a, b, a && b AS overlaps, a @> b AS contains, a <@ b AS within, a << b AS before, a >> b AS after, a &< b AS overleft, a &> b AS overright, a -|- b AS adjacent FROM (VALUES ('{[5,8)}'::int4multirange, '[1,5)'::int4range), ('{[2,3),[8,9)}', '[1,9)'), ('{[1,4),[7,9)}', '[2,3)'), ('{[1,2)}', 'empty'), ('{}', '[1,2)'), ('{}', 'empty')) AS v(a, b);

SELECT '{[1,3),[5,8)}'::int4multirange @> 6, 4 <@ '{[1,3),[5,8)}'::int4multirange, '{}'::int4multirange @> 1;

SELECT a + b, a - b, a * b FROM (VALUES ('{[1,5),[8,12)}'::int4multirange, '{[3,9)}'::int4multirange), ('{[1,20)}', '{[3,5),[7,9)}'), ('{[1,2)}', '{}'), ('{}', '{[1,2)}'), ('{(,5),[10,)}', '{[3,12)}'), ('{[1,5)}', '{[5,9)}')) AS v(a, b);

SELECT '{[1,5]}'::nummultirange - '{[2,3)}'::nummultirange, '{[1,5]}'::nummultirange * '{(2,3],[5,9)}'::nummultirange;

SELECT * FROM unnest('{[1,3),[5,8)}'::int4multirange);

SELECT unnest('{}'::int4multirange);

CREATE TABLE reservations (id int PRIMARY KEY, during tsrange NOT NULL, seats int4range DEFAULT '[1,4]', days datemultirange, parts numrange[], CHECK (NOT isempty(during)));

INSERT INTO reservations VALUES (1, '[2020-01-01 10:00,2020-01-01 12:00)', DEFAULT, '{[2020-01-01,2020-01-02],[2020-03-01,)}', ARRAY['[1.50,2]'::numrange, NULL, 'empty']), (2, tsrange('2020-01-01 11:00', NULL), '(,7]', '{}', '{"[1,2)","(,NaN]"}'), (3, '[2019-01-01,2019-01-02)', NULL, NULL, '{}') RETURNING *;

INSERT INTO reservations VALUES (4, 'empty');

SELECT * FROM reservations ORDER BY id;

SELECT id, during FROM reservations ORDER BY during;

SELECT id, seats FROM reservations ORDER BY seats DESC NULLS LAST;

SELECT id FROM reservations WHERE during && tsrange('2020-01-01 11:30', '2020-01-01 11:45') ORDER BY id;

SELECT id FROM reservations WHERE during @> '2020-01-01 11:30'::timestamp ORDER BY id;

SELECT a.id, b.id FROM reservations a JOIN reservations b ON a.during && b.during AND a.id < b.id;

SELECT a.id, b.id FROM reservations a JOIN reservations b ON a.seats = b.seats ORDER BY 1;

SELECT seats, count(*) FROM reservations GROUP BY seats ORDER BY seats;

SELECT DISTINCT days FROM reservations ORDER BY days;

SELECT count(DISTINCT seats), range_agg(seats), range_intersect_agg(seats), range_agg(days), range_intersect_agg(days) FROM reservations;

SELECT range_agg(seats), range_intersect_agg(seats), range_agg(days) FROM reservations WHERE id = 3;

SELECT range_agg(seats), range_intersect_agg(seats), range_agg(days) FROM reservations WHERE id > 100;

UPDATE reservations SET during = tsrange(lower(during), upper(during) + interval '1 hour', '[]'), parts[2] = '[7,8)' WHERE id = 1 RETURNING during, parts;

SELECT parts[1], parts[2] @> 7.5, parts @> ARRAY['[7,8)'::numrange], 'empty'::numrange = ANY (parts) FROM reservations WHERE id = 1;

ALTER TABLE reservations ADD COLUMN span int8range DEFAULT int8range(1, 3, '[]'), ALTER COLUMN seats TYPE text;

SELECT seats, span, pg_typeof(seats), pg_typeof(span) FROM reservations ORDER BY id;

SELECT '[1,5)'::int4range::text, '[1,5)'::text::int4range, to_json('[1,5)'::int4range), to_jsonb('{[1,5)}'::int4multirange), array_agg(r) FROM (VALUES ('[1,2)'::int4range), (NULL)) AS v(r);

SELECT hash_range(int4range(1, 5)), hash_range('empty'::int4range), hash_range('(1.5,2]'::numrange), hash_range('(,)'::tsrange), hash_range_extended(int4range(1, 5), 7), hash_multirange('{[1,3),[5,8)}'::int4multirange), hash_multirange_extended('{[1,3),[5,8)}'::int4multirange, 7), hash_array(ARRAY[int4range(1, 5)]);

SELECT range_send(int4range(1, 5)), multirange_send('{[1,3)}'::int4multirange);

SELECT rngtypid::regtype, rngsubtype::regtype, rngmultitypid::regtype FROM pg_range ORDER BY rngtypid;

SELECT min(r), max(r) FROM (VALUES ('[1,2)'::int4range)) AS v(r);

SELECT '[1,2)'::int4range::numrange;

SELECT numrange(1, 2)::int4range;

SELECT int4range(1.5, 2);

SELECT isempty('[1,2)'), lower('[1,2)');

SELECT isempty(NULL);

SELECT coalesce(NULL, int4range(1, 2)), CASE WHEN true THEN int4range(1, 2) ELSE '[3,4)' END, greatest(int4range(1, 2), '[1,5)'), nullif(int4range(1, 2), '[1,2)');

PREPARE q(int4range, int4multirange) AS SELECT $1, $2, $1 <@ $2, lower($1), upper($2);

EXECUTE q('[1,2]', '{[0,9)}');

DROP TABLE reservations;

CREATE TABLE keyed (r numrange, n int, m int4multirange, PRIMARY KEY (r, n), UNIQUE (m));

INSERT INTO keyed VALUES ('[1.0,2)', 1, '{}'), ('empty', 1, '{[1,2)}'), ('(,)', 1, '{[1,2),[5,6)}'), ('[1,2]', 2, NULL), ('(1,2)', 1, '{(,)}'), ('[NaN,]', 7, '{[1,3)}');

INSERT INTO keyed VALUES ('[1.00,2.0)', 1, NULL);

INSERT INTO keyed VALUES ('[1.00,2.0)', 5, '{[1,3)}');

SELECT * FROM keyed ORDER BY r, n;

SELECT * FROM keyed WHERE r = '[1,2.00)';

SELECT * FROM keyed WHERE m = '{[1,2]}';

SELECT r FROM keyed WHERE r > '[1,2)' ORDER BY r DESC;

CREATE INDEX ON keyed (m DESC);

SELECT m FROM keyed WHERE m < '{[1,3)}' ORDER BY m;

UPDATE keyed SET r = r + '[2,5)' WHERE r && '[2,2]' AND NOT upper_inf(r) RETURNING r, n;

DELETE FROM keyed WHERE r = 'empty' RETURNING m;

DROP TABLE keyed;

-- Of equal bounds that are shown in two ways, a union shows the later one's, an intersection the earlier one's.

SELECT '(0,1.0)'::numrange + '(0.0,1.00)'::numrange, '(0,1.0)'::numrange * '(0.0,1.00)'::numrange, range_merge('(,1.0)'::numrange, '(0.0,1.00)'::numrange)

SELECT '{(0,1.0),(0.0,1.00)}'::nummultirange, '{("1e-20","1.00"],["1","1.0"]}'::nummultirange, '{("0","1.5"],["NaN",),("0.0","1e20")}'::nummultirange

SELECT '{(0,1.0)}'::nummultirange + '{(0.0,1.00)}'::nummultirange, '{[0,1]}'::nummultirange * '{[0.0,1.0]}'::nummultirange

SELECT range_agg(r), range_intersect_agg(r) FROM (VALUES ('(0,1.0)'::numrange), ('(0.0,1.00)')) v (r)
