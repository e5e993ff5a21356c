SELECT id FROM m WHERE EXISTS (SELECT 1 FROM e WHERE e.m_id = m.id AND e.kind = 'blue')

SELECT id FROM m WHERE NOT EXISTS (SELECT 1 FROM e WHERE e.m_id = m.id)

SELECT id FROM m WHERE id IN (SELECT m_id FROM e WHERE amount > 8)

SELECT id FROM m WHERE id NOT IN (SELECT m_id FROM e WHERE amount > 8)

SELECT id FROM m WHERE t NOT IN (SELECT kind FROM e)

SELECT id, (SELECT count(*) FROM e WHERE e.m_id = m.id) FROM m

SELECT id, (SELECT sum(amount) FROM e WHERE e.m_id = m.id) FROM m

SELECT id FROM m WHERE n > (SELECT avg(n) FROM m)

SELECT id FROM m WHERE n > ALL (SELECT amount - 14 FROM e WHERE e.m_id = m.id)

SELECT id FROM m WHERE s < ANY (SELECT no % 5 - 3 FROM e WHERE e.m_id = m.id)

SELECT id FROM m WHERE (id, s) IN (SELECT m_id, no % 3 FROM e)

SELECT id, (SELECT no FROM e WHERE e.m_id = m.id) FROM m

SELECT id FROM m o WHERE n = (SELECT max(n) FROM m i WHERE i.s = o.s)

SELECT id, ARRAY(SELECT no FROM e WHERE e.m_id = m.id ORDER BY no) FROM m

SELECT id FROM m WHERE (SELECT count(*) FROM e WHERE e.m_id = m.id AND e.amount > (SELECT avg(amount) FROM e x WHERE x.kind = e.kind)) > 1

SELECT s, (SELECT count(*) FROM e WHERE e.no % 7 - 3 = m.s) FROM m GROUP BY s

SELECT id, s IN (SELECT no FROM e WHERE m_id = 3) FROM m

SELECT id, EXISTS (SELECT FROM e WHERE e.m_id = m.id) FROM m
