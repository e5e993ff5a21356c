SELECT '(0,1)'::tid, '(4294967295,65535)'::tid, ' (1 , 2)'::tid;

SELECT '( 1,2)x'::tid;

SELECT '(-1,2)'::tid, '(1,65536)'::tid;

SELECT '(1,65536)'::tid;

SELECT '(1,2'::tid;

SELECT ''::tid;

SELECT '(0,1)'::tid < '(0,2)', '(1,0)'::tid > '(0,2)', '(0,1)'::tid = '(0,1)'::tid, '(0,1)'::tid <> '(0,1)'::tid;

SELECT '0/0'::pg_lsn, 'FFFFFFFF/FFFFFFFF'::pg_lsn, '16/b374d848'::pg_lsn;

SELECT 'x/1'::pg_lsn;

SELECT '1/123456789'::pg_lsn;

SELECT '16/B374D848'::pg_lsn - '16/B374D840'::pg_lsn, '0/10'::pg_lsn + 16::numeric, '0/10'::pg_lsn - 16::numeric;

SELECT '0/10'::pg_lsn - 17::numeric;

SELECT '0/10'::pg_lsn + 'NaN'::numeric;

SELECT '0/10'::pg_lsn - 'NaN'::numeric;

SELECT '0/10'::pg_lsn + 'infinity'::numeric;

SELECT 23783416::numeric::pg_lsn, 1.5::numeric::pg_lsn, 'NaN'::numeric::pg_lsn;

SELECT 23783416::numeric::pg_lsn, 1.5::numeric::pg_lsn;

SELECT greatest('0/10'::pg_lsn, '0/20'), least('0/10'::pg_lsn, '0/20'), '0/10'::pg_lsn BETWEEN '0/1' AND '1/0';

SELECT max(x), min(x), count(distinct x) FROM (VALUES ('0/10'::pg_lsn), ('1/0'), ('0/10')) v(x);

SELECT x FROM (VALUES ('0/10'::pg_lsn), ('1/0'), (null), ('0/2')) v(x) ORDER BY x DESC;

SELECT x, count(*) FROM (VALUES ('(1,1)'::tid), ('(0,9)'), ('(1,1)')) v(x) GROUP BY x ORDER BY x;

SELECT '42'::xid8, '0x1F'::xid8, '010'::xid8, '-1'::xid8, 'abc'::xid8, ' 7x'::xid8, '18446744073709551615'::xid8;

SELECT '42'::xid8 = '42'::xid8, '42'::xid8 < '43', max(x), min(x) FROM (VALUES ('1'::xid8), ('5')) v(x);

SELECT '4294967297'::xid8::xid, '42'::xid8::text, '0/5'::pg_lsn::text, '(1,2)'::tid::text;

SELECT ARRAY['0/1'::pg_lsn, null], '{"(1,2)",NULL}'::tid[], ARRAY['7'::xid8];

SELECT pg_typeof('0/1'::pg_lsn), tidsend('(1,2)'), pg_lsn_send('1/2'), xid8send('3');

SELECT x FROM (VALUES ('0/10'::pg_lsn)) v(x) JOIN (VALUES ('0/10'::pg_lsn)) w(y) ON x = y;

SELECT 'a' WHERE '0/1'::pg_lsn IN ('0/1', '0/2');

SELECT pg_lsn_cmp('0/1', '0/2'), pg_lsn_larger('0/1', '0/2'), to_json('0/1'::pg_lsn), to_jsonb('(1,2)'::tid), to_json('5'::xid8);

SELECT txid_current() = pg_current_xact_id()::text::bigint;

SELECT pg_lsn('0/1'), tid '(0,1)', xid8 '1';

SELECT '0/1'::pg_lsn::numeric;

SELECT '5'::xid8::int8;

SELECT '7'::xid = '7'::xid, '7'::xid <> 7, '-1'::xid = -1, '4294967295'::xid = -1, '3'::cid = '3', '7'::xid IN ('7', '8'), '7'::xid NOT IN ('7', NULL), '7'::xid = ANY ('{7,8}'::xid[]), NULL::xid = '1';

SELECT '7'::xid < '8'::xid;

SELECT x, count(*) FROM (VALUES ('7'::xid), ('8'), ('7')) v(x) GROUP BY x ORDER BY 2;

SELECT * FROM (VALUES ('7'::xid), ('8')) v(x) JOIN (VALUES ('8'::xid)) w(x) USING (x);

SELECT '7'::xid IS DISTINCT FROM '8'::xid, nullif('7'::xid, '7');
