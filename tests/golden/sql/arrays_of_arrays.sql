SELECT pg_typeof(ARRAY(SELECT '11 22 33'::int2vector FROM generate_series(1,5)))

SELECT ARRAY(SELECT '11 22 33'::int2vector FROM generate_series(1,5))

SELECT UNNEST(ARRAY(SELECT '11 22 33'::int2vector FROM generate_series(1,5)))

SELECT pg_typeof(ARRAY(SELECT '11 22 33'::oidvector FROM generate_series(1,5)))

SELECT ARRAY(SELECT '11 22 33'::oidvector FROM generate_series(1,5))

SELECT UNNEST(ARRAY(SELECT '11 22 33'::oidvector FROM generate_series(1,5)))

SELECT pg_typeof(ARRAY['11 22 33'::int2vector])

SELECT ARRAY['11 22 33'::int2vector]

SELECT ARRAY['11 22 33'::int2vector, '4']

SELECT pg_typeof(UNNEST(ARRAY['11 22 33'::int2vector]))

SELECT UNNEST(ARRAY['11 22 33'::int2vector])

SELECT pg_typeof(UNNEST('11 22 33'::int2vector))

SELECT UNNEST('11 22 33'::int2vector)

SELECT pg_typeof(ARRAY['11 22 33'::oidvector])

SELECT ARRAY['11 22 33'::oidvector]

SELECT pg_typeof(UNNEST(ARRAY['11 22 33'::oidvector]))

SELECT UNNEST(ARRAY['11 22 33'::oidvector])

SELECT pg_typeof(UNNEST('11 22 33'::oidvector))

SELECT UNNEST('11 22 33'::oidvector)

SELECT ('11 22 33'::int2vector)[0], ('11 22 33'::oidvector)[1], (ARRAY['11 22 33'::int2vector])[1], (ARRAY['11 22 33'::int2vector])[1][1]

SELECT array_length(ARRAY['11 22 33'::int2vector, '1'], 1), cardinality(ARRAY['11 22 33'::int2vector]), array_dims('11 22 33'::int2vector)

SELECT '{"1 2","3"}'::int2vector[], ('{"1 2","3"}'::int2vector[])[1]

SELECT ARRAY[indkey] FROM pg_index WHERE indexrelid = 'pg_class_oid_index'::regclass

SELECT ARRAY['1 2'::int2vector, '3'] = ARRAY['1 2'::int2vector, '3']

SELECT count(*) FROM (VALUES (ARRAY['1 2'::int2vector]), (ARRAY['1 2'::int2vector])) v(x) GROUP BY x

SELECT ARRAY['1 2'::int2vector] || '3'::int2vector

SELECT '1 2'::int2vector || 3::int2

SELECT ARRAY[ARRAY['1 2'::int2vector]]

SELECT array_to_json(ARRAY['1 2'::int2vector]), to_json('1 2'::int2vector)

SELECT 1::int2 = ANY ('1 2'::int2vector)

SELECT ARRAY[1::int2, 2] || '3 4'::int2vector

SELECT ARRAY['11 22 33'::int2vector]::int2[]

SELECT '11 22 33'::int2vector::int2[]

CREATE DOMAIN pos AS int CHECK (VALUE > 0)

CREATE DOMAIN dposa AS pos[] CHECK (VALUE[1] = 1 OR VALUE[1] IS NULL)

SELECT x, count(*) FROM (VALUES (ARRAY['{1,2}'::dposa]), (ARRAY['{1,2}'::dposa]), (NULL), (ARRAY['{1,3}'::dposa])) v(x) GROUP BY x ORDER BY x

SELECT distinct x FROM (VALUES (ARRAY['{1,2}'::dposa]), (ARRAY['{1,2}'::dposa])) v(x)

SELECT x FROM (VALUES (ARRAY['{1,20}'::dposa]), (ARRAY['{1,3}'::dposa]), (ARRAY['{1,3}'::dposa, '{1}']), (ARRAY[NULL::dposa])) v(x) ORDER BY x desc

SELECT count(*) FROM (VALUES (ARRAY['{1,2}'::dposa])) a(x) JOIN (VALUES (ARRAY['{1,2}'::dposa])) b(x) USING (x)

SELECT ARRAY['{1,2}'::dposa] < ARRAY['{1,3}'::dposa], ARRAY['{1,2}'::dposa] = ARRAY['{1,2}'::dposa]

SELECT max(x) FROM (VALUES (ARRAY['{1,20}'::dposa]), (ARRAY['{1,3}'::dposa])) v(x)

SELECT x FROM (VALUES (ARRAY['{1,2}'::dposa])) v(x) UNION SELECT ARRAY['{1,2}'::dposa]

SELECT rank() OVER (PARTITION BY x ORDER BY x) FROM (VALUES (ARRAY['{1,2}'::dposa])) v(x)

SELECT ROW(ARRAY['{1,2}'::dposa]) = ROW(ARRAY['{1,2}'::dposa])

WITH RECURSIVE r(x, n) AS (SELECT ARRAY['{1,2}'::dposa], 1 UNION SELECT x || '{1}'::dposa, n + 1 FROM r WHERE n < 3) SELECT * FROM r ORDER BY n

-- refused: arrays of arrays are not stored
CREATE TABLE nested (a dposa[])

-- refused: arrays of arrays are not stored
CREATE TABLE nested2 (a int2vector[])

-- refused: arrays of arrays are not stored
CREATE TYPE nested3 AS (a dposa[])

-- refused: arrays of arrays are not stored
CREATE TABLE nested4 AS SELECT array['{1,2}'::dposa] AS a
