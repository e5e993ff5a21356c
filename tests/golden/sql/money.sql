-- money: input in its many forms, arithmetic, casts, as columns, keys and arrays.
SELECT '12.345'::money, '$1,234,567.89'::money, '-$5'::money, '$-5.00'::money, '(3.50)'::money, ' 7 '::money, '1,2,3'::money, '.5'::money, '-.005'::money, '+$4.4'::money, '9-'::money, '92233720368547758.07'::money, '-92233720368547758.08'::money;

SELECT ''::money, '$'::money, '1.'::money, '5 $'::money, '1.2349'::money, '1.999'::money;

SELECT '92233720368547758.08'::money;

SELECT '1x'::money;

SELECT '1.2.3'::money;

SELECT 'abc'::money;

SELECT '1.10'::money + '2.20', '1'::money - '2.5', '2.55'::money * 3, 3 * '2.55'::money, 3::int2 * '1'::money, 3::int8 * '1'::money, '2.55'::money * 1.5::float8, 0.5::float4 * '3'::money, '10'::money / 3, '-10'::money / 3::int2, '10'::money / 4.0::float8, '10'::money / '4'::money, '0.05'::money * 0.5::float8;

SELECT '1'::money / 0;

SELECT '1'::money / 0::float8;

SELECT '1'::money / '0'::money;

SELECT '1'::money < '2', '1'::money = '1.00', '1'::money <> '1', '1'::money >= '2', '1'::money IN ('1', '2'), '3'::money BETWEEN '2' AND '4', greatest('1'::money, '2'), '1'::money IS DISTINCT FROM '2';

SELECT 12::money, 12::int8::money, 12.345::numeric::money, -0.005::numeric::money, '1234.5'::money::numeric, '-0.05'::money::numeric(10,1);

SELECT 92233720368547759::int8::money;

SELECT 'NaN'::numeric::money;

SELECT '1'::money::int4;

SELECT 1.5::float8::money;

SELECT '1'::money + 1;

CREATE TABLE prices (id money PRIMARY KEY, other money UNIQUE DEFAULT '1.5', list money[], CHECK (id > '0'));

INSERT INTO prices VALUES ('10', '20', '{1,"$2,000.50",NULL}'), ('9.99', NULL, ARRAY['3'::money]), (100, 7, NULL);

INSERT INTO prices (id) VALUES ('-1');

INSERT INTO prices (id) VALUES ('10.001');

SELECT * FROM prices ORDER BY id;

SELECT id FROM prices WHERE id >= '10' ORDER BY id DESC;

SELECT id FROM prices WHERE id = '9.99' OR other = 7::money ORDER BY 1;

SELECT sum(id), max(id), min(other), count(DISTINCT id), array_agg(id ORDER BY id), string_agg(id::text, ' ' ORDER BY id) FROM prices;

SELECT id, count(*) FROM prices GROUP BY id HAVING sum(id) > '9' ORDER BY id;

SELECT sum(id) OVER (ORDER BY id), id FROM prices;

SELECT list[2], list @> ARRAY['1'::money], unnest(list) FROM prices WHERE list IS NOT NULL ORDER BY id, 3;

SELECT to_json(id), jsonb_build_object('a', id), row_to_json(p) FROM prices p WHERE id = '10';

SELECT p, p.id FROM prices p WHERE p.id = '10' ORDER BY p;

ALTER TABLE prices ALTER other TYPE numeric USING other::numeric;

ALTER TABLE prices ALTER other DROP DEFAULT, ALTER other TYPE numeric(8,2);

SELECT other FROM prices ORDER BY id;

SELECT atttypid::regtype, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'prices'::regclass AND attnum > 0 ORDER BY attnum;

UPDATE prices SET id = id * 2 WHERE id = '10' RETURNING id;

SELECT cash_cmp('1', '2'), cashlarger('1', '2'), cash_send('1.00'), pg_typeof('1'::money);

CREATE DOMAIN fee AS money CHECK (VALUE >= '0');

SELECT '5'::fee, '5'::fee + '1';

SELECT '-5'::fee;
