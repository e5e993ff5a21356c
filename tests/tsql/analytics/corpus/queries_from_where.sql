SELECT * FROM e

SELECT id, s, b, n, f, t FROM m WHERE id > 10

SELECT id FROM m WHERE n > 2.5 AND t LIKE 'Text%' OR f < 0

SELECT m.id, e.amount FROM m JOIN e ON m.id = e.m_id WHERE e.amount > 5

SELECT m.id, e.no FROM m LEFT JOIN e ON m.id = e.m_id AND e.kind = 'red'

SELECT m.id, e.no, e.m_id FROM m RIGHT JOIN e ON m.id = e.m_id

SELECT m.id, e.no FROM m FULL JOIN e ON m.id = e.m_id AND m.ok

SELECT count(*) FROM m CROSS JOIN tree

SELECT * FROM m NATURAL JOIN tree

SELECT a.id, b.id FROM m a JOIN m b USING (s) WHERE a.id < b.id AND b.id < 12

SELECT x.k, x.total FROM (SELECT m_id AS k, sum(amount) AS total FROM e GROUP BY m_id) x WHERE x.total > 10

SELECT m.id, l.no FROM m, LATERAL (SELECT no FROM e WHERE e.m_id = m.id ORDER BY no DESC LIMIT 2) l

SELECT m.id, l.total FROM m LEFT JOIN LATERAL (SELECT sum(amount) AS total FROM e WHERE e.m_id = m.id) l ON true

SELECT g, m.t FROM generate_series(1, 70) g LEFT JOIN m ON m.id = g

SELECT g.n, m.id FROM m, generate_series(1, m.s + 1) g(n) WHERE m.id < 20

SELECT v.k, count(e.no) FROM (VALUES ('red'), ('blue'), ('none')) v(k) LEFT JOIN e ON e.kind = v.k GROUP BY v.k

SELECT id FROM m WHERE (s, id) > (1, 30)

SELECT id FROM m WHERE ok

SELECT id FROM m WHERE NOT ok

SELECT id FROM m WHERE ok IS NOT TRUE

SELECT id FROM m WHERE 1 / s > 0

SELECT id FROM m WHERE s <> 0 AND 10 / s > 3

SELECT a.id, b.id FROM m a JOIN m b ON a.s <> 0 AND 10 / a.s = b.s WHERE a.id < 10

SELECT id, t FROM m WHERE t = 'Text 1' AND v = 'v3'
