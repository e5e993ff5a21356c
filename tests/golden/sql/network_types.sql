SELECT '10.1.2.3'::inet, '10.1.2.3/8'::inet, '10.1.2.3/32'::inet, '10.1/16'::inet, '::1'::inet, '2001:db8::ff00:42:8329/64'::inet, '::ffff:1.2.3.4'::inet, '::1.2.3.4'::inet, '1:0:0:2::3'::inet;

SELECT '10'::cidr, '10.1'::cidr, '172.16'::cidr, '192.168.1'::cidr, '224'::cidr, '245.1'::cidr, '10.0.0.0/8'::cidr, '10.1.2.3'::cidr, '2001:db8::/32'::cidr, '0/0'::cidr;

SELECT '10.1'::inet;

SELECT '10.1/24'::inet;

SELECT '10.1.2.256'::inet;

SELECT '10.1.2.3/33'::inet;

SELECT '1.2.3.4.5'::inet;

SELECT ''::inet;

SELECT ':::1'::inet;

SELECT '::1/129'::inet;

SELECT '10.1.2.3/8'::cidr;

SELECT '2001:db8::1/32'::cidr;

SELECT 'x'::cidr;

SELECT host('10.1.2.3/8'), text('10.1.2.3'::inet), abbrev('10.1.0.0/16'::inet), abbrev('10.1.0.0/16'::cidr), abbrev('0/0'::cidr), abbrev('192.168.7.1/32'::cidr);

SELECT family('::1'), masklen('10.1.2.3/8'), network('10.1.2.3/8'), netmask('10.1.2.3/8'), hostmask('10.1.2.3/8'), broadcast('10.1.2.3/8'), broadcast('::1/64');

SELECT set_masklen('10.1.2.3/8'::inet, 16), set_masklen('10.1.2.0/24'::cidr, 16), set_masklen('::1'::inet, -1);

SELECT set_masklen('10.1.2.3/8'::inet, 40);

SELECT inet_merge('192.168.1.5/24', '192.168.2.5/24'), inet_same_family('10.1.2.3', '::1');

SELECT inet_merge('192.168.1.5/24', '::1');

SELECT '10.1.2.3'::inet << '10.0.0.0/8', '10.0.0.0/8'::inet << '10.0.0.0/8', '10.0.0.0/8'::inet <<= '10.0.0.0/8', '10.0.0.0/8'::inet >> '10.1.2.3', '10.0.0.0/8'::inet >>= '::1', '10.0.0.0/8'::inet && '10.1.0.0/16', '10.2.0.0/16'::cidr && '10.1.0.0/16';

SELECT '10.1.2.3'::inet = '10.1.2.3/32', '10.1.2.3/8'::inet = '10.1.2.3', '10.1.2.3/8'::inet < '10.1.2.3', '10.1.2.3'::inet < '::1', '10.1.2.3/32'::cidr = '10.1.2.3'::inet;

SELECT '10.1.2.3'::inet + 255, '10.1.2.3/8'::inet - 4, '10.1.2.3'::inet - '10.1.1.3'::inet, ~ '10.1.2.3'::inet, '10.1.2.3'::inet & '0.0.255.255', '10.1.2.3/8'::inet | '0.0.0.255';

SELECT '255.255.255.255'::inet + 1;

SELECT 'ffff::'::inet - '::1'::inet;

SELECT '10.1.2.3'::inet & '::1';

SELECT '10.1.2.3/8'::inet::cidr, '10.0.0.0/8'::cidr::inet, '10.1.2.3'::inet::text, '10.1.2.3'::inet::varchar, '10.1.2.3'::cidr::text, '10.1.2.3'::text::inet;

SELECT hashinet('10.1.2.3'), hashinet('10.1.2.3/8'), hashinet('::1'), inet_send('10.1.2.3/8'), cidr_send('10.0.0.0/8'), inet_send('::1');

SELECT '08:00:2b:01:02:03'::macaddr, '08-00-2B-01-02-03'::macaddr, '08002b:010203'::macaddr, '08002b-010203'::macaddr, '0800.2b01.0203'::macaddr, '0800-2b01-0203'::macaddr, '08002b010203'::macaddr, '8:0:2b:1:2:3'::macaddr;

SELECT '08:00:2b:01:02'::macaddr;

SELECT '08:00:2b:01:02:1ff'::macaddr;

SELECT trunc('08:00:2b:01:02:03'::macaddr), ~ '08:00:2b:01:02:03'::macaddr, '08:00:2b:01:02:03'::macaddr & '00:00:ff:ff:00:00', '08:00:2b:01:02:03'::macaddr | '00:00:00:00:00:ff', '08:00:2b:01:02:03'::macaddr < '08:00:2b:01:02:04', hashmacaddr('08:00:2b:01:02:03');

CREATE TABLE hosts (ip inet PRIMARY KEY, net cidr, mac macaddr UNIQUE, others inet[]);

INSERT INTO hosts VALUES ('10.1.2.3', '10.0.0.0/8', '08:00:2b:01:02:03', '{10.1.2.4,::1/64}'), ('10.1.2.3/8', '192.168', NULL, NULL), ('9.255.0.1', '10.1.0.0/16', '08:00:2b:01:02:02', '{}'), ('::1', '::/0', '00:00:00:00:00:00', '{NULL}'), ('10.0.0.0/8', NULL, 'ff:ff:ff:ff:ff:ff', NULL);

INSERT INTO hosts VALUES ('10.1.2.3/32');

SELECT * FROM hosts ORDER BY ip;

SELECT ip, net FROM hosts ORDER BY net DESC NULLS LAST, ip;

SELECT mac FROM hosts ORDER BY mac DESC;

SELECT ip FROM hosts WHERE ip = '10.1.2.3';

SELECT ip FROM hosts WHERE ip > '10.0.0.0' AND ip < '11.0.0.0' ORDER BY ip;

SELECT ip FROM hosts WHERE ip << '10.0.0.0/8' ORDER BY ip;

SELECT mac, ip FROM hosts WHERE mac = '08-00-2b-01-02-03';

SELECT ip FROM hosts WHERE '::1/64' = ANY (others);

SELECT min(ip), max(ip), min(net), max(net), count(DISTINCT net) FROM hosts;

SELECT family(ip), count(*), array_agg(ip ORDER BY ip) FROM hosts GROUP BY 1 ORDER BY 1;

SELECT a.ip, b.ip FROM hosts a JOIN hosts b ON a.net >> b.ip ORDER BY 1, 2;

UPDATE hosts SET ip = ip + 1 WHERE family(ip) = 4;

SELECT to_jsonb(hosts) FROM hosts ORDER BY ip LIMIT 2;

SELECT format_type(869, -1), format_type(1040, -1), 'cidr[]'::regtype, pg_typeof('10/8'::cidr);

SELECT '08:00:2b:01:02:03:04:05'::macaddr8, '08002b0102030405'::macaddr8, '0800-2b01-0203-0405'::macaddr8, '0800.2b01.0203.0405'::macaddr8, '08:00:2b:01:02:03'::macaddr8, ' 08002b:010203:0405 '::macaddr8, '08:00:2b:01:02:03:'::macaddr8, 'FFFFFFFFFFFFFFFF'::macaddr8;

SELECT '08:00:2b:01:02:03:04'::macaddr8;

SELECT '08:00-2b:01:02:03:04:05'::macaddr8;

SELECT '08:00:2b:01:02:03:04:05:06'::macaddr8;

SELECT '08:00:2b:01:02:0g'::macaddr8;

SELECT ''::macaddr8;

SELECT trunc('12:34:56:78:90:ab:cd:ef'::macaddr8), macaddr8_set7bit('00:34:56:ab:cd:ef'::macaddr8), ~ '00:34:56:78:90:ab:cd:ef'::macaddr8, '12:34:56:78:90:ab:cd:ef'::macaddr8 & '0f:0f:0f:0f:0f:0f:0f:0f', '12:34:56:78:90:ab:cd:ef'::macaddr8 | '0f:0f:0f:0f:0f:0f:0f:0f';

SELECT '08:00:2b:01:02:03'::macaddr::macaddr8, '08:00:2b:ff:fe:01:02:03'::macaddr8::macaddr, '08:00:2b:01:02:03'::macaddr = '08:00:2b:ff:fe:01:02:03'::macaddr8::macaddr;

SELECT '08:00:2b:01:02:03:04:05'::macaddr8::macaddr;

SELECT '08:00:2b:01:02:03:04:05'::macaddr8 < '08:00:2b:01:02:03:04:06', '08:00:2b:01:02:03:04:05'::macaddr8 = ANY (ARRAY['08:00:2b:01:02:03:04:05'::macaddr8]), macaddr8_cmp('00:00:00:00:00:00:00:01', '00:00:00:00:00:00:00:02'), hashmacaddr8('08:00:2b:01:02:03:04:05');

CREATE TABLE eui (a macaddr8 PRIMARY KEY, b macaddr8[]);

INSERT INTO eui VALUES ('08:00:2b:01:02:03:04:05', '{08:00:2b:01:02:03,NULL}'), ('00:00:2b:01:02:03', NULL);

INSERT INTO eui VALUES ('08002b0102030405');

SELECT * FROM eui WHERE a > '00:00:2b:01:02:03' ORDER BY a DESC;

SELECT a, count(*), to_json(a) FROM eui GROUP BY a ORDER BY a;
