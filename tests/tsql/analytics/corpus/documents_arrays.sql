SELECT id, doc FROM m

SELECT id, doc ->> 'name', doc -> 'a', doc #>> '{deep,x}', doc -> 'deep' ->> 'x' FROM m

SELECT doc ->> 'name', count(*) FROM m GROUP BY 1

SELECT sum((doc ->> 'a')::int), sum((doc ->> 'price')::numeric) FROM m

SELECT sum((doc -> 'a')::int), avg((doc -> 'price')::numeric) FROM m

SELECT id FROM m WHERE (doc ->> 'a')::int > 1 AND doc ->> 'name' = 'n2'

SELECT id FROM m WHERE doc @> '{"a": 1}'

SELECT id FROM m WHERE doc ? 'name'

SELECT id FROM m WHERE (doc -> 'deep' -> 'x')::bool

SELECT id, jsonb_typeof(doc -> 'a'), doc -> 'missing' IS NULL, doc ->> 'missing' FROM m

SELECT id, tags FROM m

SELECT id, tags[1], tags[2] + 1, array_length(tags, 1), cardinality(tags) FROM m

SELECT id FROM m WHERE 3 = ANY (tags)

SELECT id FROM m WHERE tags @> ARRAY[1]

SELECT id, unnest(tags) FROM m

SELECT id, x FROM m, unnest(tags) x

SELECT id, jsonb_array_elements(doc -> 'deep' -> 'list') FROM m

SELECT id, to_jsonb(s), jsonb_build_object('s', s) FROM m

SELECT m FROM m WHERE id < 3

SELECT (doc ->> 'price')::float8 FROM m
