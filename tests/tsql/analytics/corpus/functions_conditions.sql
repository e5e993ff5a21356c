SELECT id, CASE WHEN s > 0 THEN 'pos' WHEN s < 0 THEN 'neg' ELSE 'zero' END, CASE s WHEN 1 THEN 'one' WHEN 2 THEN 'two' END FROM m

SELECT id, coalesce(t, v, 'none'), nullif(s, 0), nullif(t, ''), coalesce(n, 0.000), coalesce(n, 0) FROM m

SELECT id, ok AND s > 0, ok OR s > 0, NOT ok, ok IS NULL, ok IS UNKNOWN, ok IS FALSE FROM m

SELECT id, n IS NULL, t IS NOT NULL, t IS DISTINCT FROM 'Text 1', n IS NOT DISTINCT FROM NULL, f IS DISTINCT FROM f FROM m

SELECT id FROM m WHERE s IN (1, 2, 3) AND t NOT IN ('Text 1', 'Text 2')

SELECT id FROM m WHERE s IN (1, NULL)

SELECT id FROM m WHERE s NOT IN (1, NULL)

SELECT id FROM m WHERE id = ANY ('{1,3,5}') OR s > ALL (ARRAY[0, 1])

SELECT id, (s, id) = (1, 4), (s, id) < (1, 20), (s, t) <> (2, 'Text 1') FROM m

SELECT id, CASE WHEN n > 0 THEN n ELSE 0 END, CASE WHEN n > 0 THEN n ELSE u END FROM m

SELECT sum(CASE WHEN ok THEN 1 ELSE 0 END), sum(CASE WHEN kind = 'red' THEN amount ELSE 0 END) FROM m JOIN e ON e.m_id = m.id

SELECT id, n BETWEEN -1 AND 1, n BETWEEN SYMMETRIC 1 AND -1, id NOT BETWEEN 5 AND 50 FROM m

SELECT id, f = 'NaN', f > 'Infinity', f = 0 FROM m

SELECT id, CASE WHEN s = 0 THEN 0 ELSE 12 / s END FROM m
