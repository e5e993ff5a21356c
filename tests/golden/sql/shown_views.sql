create table t(a int primary key, b text, c int, d varchar);

create table u(a int, x numeric(10,2), y date, z int[]);

create table w(a bigint, "Odd name" text, e timestamptz);

create view v as values (1,2),(3,4);

create view v2(x) as values (1,2),(3,4) order by 1;

create view v3 as select * from (values (1,2),(3,4)) w(p,q) order by p fetch first 2 rows with ties;

create view v4 as select a from t where b = d and d::text like 'x%' group by a having max(a)::int8 > 1 union select 1 where exists (select 1 from t x where x.a=1) order by 1 limit 10;

create view v5 as select t, t.*, (t).a as z, extract(year from now()), string_agg(b, ',') over w, case a when 1 then 'one' else 'many' end from t window w as (partition by a order by b);

create view v6 as with recursive q(n) as (select 1 union all select n+1 from q where n<10) select n, a as m from q left join t on n=a;

create view v7 as select * from t x full join u y using (a);

create view v8 as select * from (t x join u y using (a)) as j(p,q);

create view v9 as select x.a as xa, y.* from (t x cross join u y);

create view v10 as select * from t natural join u left join w using (a) where x > 1.5 and "Odd name" is not null;

create view v11(c1,c2,c3,c4,c5,c6,c7,c8) as select a, (select max(x) from u where u.a = t.a) m, array(select y from u where a = t.a), a in (select a from u), a = any (select a+1 from u), (a, c) in (select a, a from u), a > all (select a from u), (a,c) = (select 1,2) from t;

create view v12(c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11) as select * from t, lateral (select * from u where u.a = t.c) l, generate_series(1, t.a) g, unnest(array[1,2], array['a','b']) with ordinality k(p,q,r);

create view v13 as select distinct on (a, b||'x') a, b from t order by a, b||'x' desc nulls last, c using >;

create view v14(c1,c2,c3,c4,c5,c6) as select a, sum(c) filter (where b > 'x'), count(*), count(distinct b), array_agg(c order by b desc), percentile_cont(0.5) within group (order by c) from t group by a;

create view v15 as select a, c, grouping(a), sum(a) from t group by rollup(a,(b,c)), cube(a,c), grouping sets ((a),(),(b,c), rollup(a));

create view v16(c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12,c13,c14,c15,c16,c17,c18) as select a::int8, a::text, b::varchar(5), 'x'::char(3), '1'::int, 1::numeric(4,2), -1 as m, -2.5 as n, null as nn, true, 'a' as u, date '2020-01-01', interval '1 day', 1.5, 10000000000, 1e10, b'101', '{1,2}'::int[] from t;

create view v18 as select position('a' in b) p1, substring(b from 2 for 3) p2, trim(both 'x' from b) p3, trim(b) p4, overlay(b placing 'x' from 1 for 2) p5, b collate "C" p6, (e at time zone 'UTC') p7, current_date p8, current_timestamp(2) p9, current_user p10, localtime p11, extract(epoch from e) p12, normalize(b, nfc) p13, b is normalized p14, (e,e) overlaps (e,e) p15 from t, w where (b collate "C") > 'a';

create view v19(c1,c2,c3,c4,c5) as select z[1], z[1:2], z[:2], (array[1,2])[1], ((t.*)::text) from u, t;

create view v20 as select a, row_number() over (order by a), rank() over (partition by b order by a desc rows between 1 preceding and unbounded following exclude ties), sum(c) over w2, lag(a,1) over (w order by c) from t window w as (partition by b), w2 as (w order by a range unbounded preceding), w3 as (order by d);

create view v21 as (select a from t order by a limit 1) union all (select a from u intersect select a from w) except select 1 order by 1 desc offset 2 limit 3;

create view v22(c1,c2) as with q as materialized (select 1 as one), q2 as not materialized (select * from q), q3 as (select 1) select * from q, q2 as q3;

create view v23 as select * from t for update;

create view v24 as select "Odd name" as "SELECT", e as "Zed" from w as "W w" where "Odd name" = 'it''s \ back';

create view v25 as select t1.a from t t1 join t t2 on t1.a = t2.a join t t3 on t3.a=t2.a and t1.b = t3.b where t1.a > 1 or t2.a < 3 and t3.b = 'x';

create view v26 as select * from v4, v24 vv(g,h);

create view v27 as select relname from pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where relkind in ('r','v');

create view v28 as select table_name from information_schema.tables;

create view v29 as select concat(b,'x'), format('%s', variadic array['a']), lower(b), make_interval(days => a), jsonb_extract_path('{}'::jsonb, 'a', 'b'), to_char(now(),'YYYY'), substr(b,1), "left"(b,2), int4(a::int8), float8(a), text(a) from t;

create view v30 as select t1.* from t t1 where exists (select from u t1 where t1.a = 1);

create view v31 as select a from t where case when a > 1 then true else false end and a < (case when c=1 then 2 end) + 1;

create view v32 as select t.* from t left join (u right join w using (a)) on t.a = u.a;

create view v33 as select r.* from json_to_record('{}') as r(a int, b text);

create view v34 as select * from rows from (generate_series(1,2), json_to_record('{}') as (a int)) with ordinality as z;

create view v35 as select a as b, b as a from t order by a, b;

create view v36 as select count(*) from t;

create view v37 as select old.a from t old, u new;

create view v38 as select generate_series(1,a) g, a from t group by a order by 1;

create materialized view m1 as select a+1 as x, b from t with no data;

create view v39 as select x.a, y.x from (select a from t) x, (select * from u) y(a, x) where x.a = y.a;

create schema s2;

create table s2.t(q int);

create view v43 as select a from t where a = 1 and (b = 'x' or c = 2) and not (c = 3 and a = 4);

create view v44 as select * from t join u using (a) as jj where jj.a = 1;

create view v45(p, q) as select a, b from t union select a, 'x' from u;

create view v46 as select (select a from u limit 1)::text, array(select 1)::text[] from t;

create view v47 as select xmin, ctid, tableoid::regclass from t where 'a'::text = any ('{a,b}'::text[]);

create view v48 as select 1 as a where 1 in (select 1) is true;

alter table t rename column c to cc;

alter table t add column later int;

alter table u rename to uu;

create table k1(a int, b int, c int);

create table k2(b int, d int, "E" text);

create table k3(a int, d int);

create view x1 as select * from k1 left join k2 using (b) full join k3 using (a, d);

create view x2 as select j.* from (k1 join k2 using (b) as jj) as j, k3 where j.a = 1;

create view x3 as select jj.b from k1 join k2 using (b) as jj;

create view x4 as select a, b as bb, d from k1 natural full join k2 natural left join k3;

create view x5 as with recursive s(id, link) as (select a, b from k1 union all select k.a, k.b from k1 k, s where s.link = k.a) search depth first by id set ord cycle id set is_cycle using path select id, link from s order by ord;

create view x6 as with recursive s(id, link) as (select a, b from k1 union select k.a, k.b from k1 k join s on s.link = k.a) cycle id set is_cycle to 'Y' default 'N' using path select id, is_cycle from s;

create view x7 as select * from k1 where (a, b) in ((1,2),(3,4)) and (a,b) <> (1,1) and a <> all (array[1,2]) and b != any ('{1,2}');

create view x9 as select * from (select * from k1 order by a limit 3) q union all select * from (select a, b, d from k3, (select b from k2) z) y;

create view x10 as select a as "Ab", sum(b) over (partition by a order by c rows 2 preceding) from k1 where a > (select avg(a) from k1) group by a, b, c having count(*) filter (where b > 1) > 2;

create view x11 as select distinct a, 1 as one, 'two'::text as two from k1 order by 1, one;

create view x12 as select case when a=1 then case b when 2 then 'x' end else 'y' end, (case when a = 2 then 1 else 2 end + 1) q2 from k1 order by case when a=1 then 1 end, a + 1, abs(b) desc;

create view x13 as select (array[a,b])[1] p, array[[a,b],[1,2]] q, '{1,2}'::int[] || a r, ('{"a":1}'::jsonb)->>'a' s, ('{"a":1}'::jsonb)['a'] t from k1;

create view x14 as select exists (select 1 from k2 where k2.b = k1.b) e, not exists (select from k3) n, (select count(*) from k2 x where x.b = k1.b and exists (select 1 from k3 where k3.d = x.d and k3.a = k1.a)) from k1;

create view x15 as select * from k1 k, lateral (select k.a + 1 as z, (select max(d) from k2 where b = k.b) m) l left join lateral (select l.z) q(zz) on true;

create view x16 as select * from k1 tab1 join (k2 join k3 on k2.d = k3.d) jx(p,q,r,s,t) on jx.p = tab1.b;

create view x17 as select * from generate_series(1,3) with ordinality as g(x);

create view x17b as select * from generate_series(1,3) with ordinality as g(x, n);

create view x18 as select * from unnest(array[1,2]), current_date, upper('x') as up;

create view x19 as select 1 a limit all offset 0;

create view x20 as select 1 a fetch first row only;

create view x21 as select a::text::varchar(3) b1, (a::numeric)::int b2, cast(a as float8) b3, a::text || b b4, cast(null as text) b5, 'x'::name b6, '2020-01-01'::timestamp b7, b::bool::text b8 from k1;

create view x22 as values (1::int8, 'a'::varchar), (2, 'b'), (null, null);

create view x23 as select a from k1 union (select b from k2 union all select d from k3) order by 1;

create view x24 as (select a from k1 intersect all select b from k2) union select 3 except all select 4;

create view x25 as select k1.ctid, count(*) over (), first_value(a) over (order by b groups between unbounded preceding and 1 following exclude current row) from k1;

create view x26 as with a as (select 1 as x union select 2), b(y) as (select x from a) select y from b where y in (with c as (select * from a) select x from c);

create view x27 as select extract(dow from timestamp '2020-01-01') dow, date_part('year', now()) dp, timezone('UTC', now()) tz, btrim('x') bt, pg_catalog.btrim('y') bt2, substring('abc', 1, 2) s1, substring('abc' similar 'x' escape '#') s2, substring('abc' from 'b') s3, ltrim('x') lt, trim(leading 'q' from 'x') tl, position('a' in 'b') pp, "position"('a','b') pq, now() at time zone interval '1 hour' ai;

create view x29 as select a, -b neg, - (-b) neg2, ~a as n2, |/ 4.0 sq, a % 2 md, a ^ 2 pw, not (a = 1 and b = 2) nt, (a = 1) = true e2, (a > 1) is not true nt2, (a is null) is false nf, not a = 1 na, a - (b - c) mm, a - b - c mm2, a * (b + c) mm3, (a*b) + c mm4, a / (b * c) mm5 from k1;

create view x30 as select row(a,b)::k3 r0, (row(a,b)::k3).d from k1;

create sequence sq;

create view x31 as select nextval('sq') from k1;

create table parent_t(id serial primary key, n numeric(5,2), ch char(4), vc varchar(7), ts timestamp(3), iv interval day to second(2));

create view x32 as select * from parent_t where n = 1 and ch = 'a' and vc = 'b' and ts > '2020-01-01' and iv < '1 day' and n > 1.5::numeric(3,1) and vc like ch || '%' and id = 1::int8;

create view x33 as select id, sum(n) from parent_t p group by id, p.n order by sum(n), 1;

create view x34 as select vc from parent_t group by id;

create view x35 as select * from k1 where a in (select d from k2 union select d from k3) and b = (values (1)) and c in (values (1), (2));

create view x36 as select coalesce(a, 1.5) cc, greatest(a, 2.5, b) gg, case when a = 1 then 1.5 else a end ce, array[a, 1.5] ar, nullif(a, 1.5) nn, a = 1.5 eq, a + 1.5 pl from k1;

create view x37 as select a, b from k1 where a = 1 order by a nulls first, b desc nulls last, c desc;

create view x38 as select * from k1 for update;

create view x39 as select d from k1, k2 for share of k1 nowait;

create view x40 as select "E" as json from k2;

create view x41 as select x38.* from x38, x37 where x37.a = x38.a;

alter view x37 rename column a to aa;

alter view x37 rename to "X thirty";

create view x42 as select current_schema, session_user, current_catalog, localtimestamp, current_time(1) ct, current_role, user;

create view x43 as select 'a' as s, E'a\nb' as t, U&'\0041' u, $$it's$$ d, 1e3 f, 0.5 g, .5 h, 123456789012345678901234567890 big, -5 neg, '-5'::int ng2, interval '1-2' i1, '1'::bit(3) bb, true t1, '00:00'::time tm, 'infinity'::float8 inf, null::int nil, array[]::text[] em, '\x00'::bytea by;

create view x44 as select a from k1 where a = 1 or b = 2 and c = 3 or not (a = 2 or b = 3);

create view x45 as select a from k1 where a is distinct from 1 or a between 1 and 2 and b not between symmetric 3 and 4;

create view x46 as select k.* from k1 as k(x,y);

create view x47 as select z.q from (select a as q, * from k1) z;

create view x48 as select json_build_object('a', a, 'b', array_agg(b order by c)) j, to_jsonb(k1) from k1 group by a, k1.*;

create view x49 as select jsonb_path_query('{}', '$.a', vars => '{}') jp, make_date(year => 2020, month => 1, day => a) md from k1;

create view x50 as select count(*) as "select", min(a) as "Min" from k1 as "K-1";

create view y1 as select substring(vc from 1 for 2) s1, trim(vc) s2, position(vc in ch) s3, ts at time zone 'UTC' s4, extract(year from ts) s5, (id + 1) || vc s6, (vc || 'x') similar to vc s7, overlay(vc placing ch from id for 2) s8, (ts + '1 day') at time zone ('U' || 'TC') s9, vc is not nfkc normalized s10 from parent_t;

create view y2 as select 1 from (select 1) as x(y) where (select true) and exists (select 1 where false);

create view y3 as select a, count(*) from k1 group by 1 having 1 < 2 order by 2, 1 desc limit 5 offset 1;

create view y4 as select upper("E") from k2 group by upper("E"), "E" || 'x', 1 order by upper("E"), "E" || 'x';

create view y5 as select * from pg_tables where schemaname = current_schema();

create view y6 as select a from only k1;

create view y7 as select k1.a, k2.* from k1, k2, (select 1 as n union select 2) nn where n = k1.a;

create view y8 as select * from (select 1 as one) k1(a), (select a as q from k1) b;

create view y9 as select x.*, y from (select k1 as y, 1 as n from k1) x(yy, n), (select k2 y from k2) z;

create view y10 as select (x.yy).a, (yy).b from (select k1 as yy from k1) x;

select viewname, definition from pg_views where schemaname = 'public' order by 1;

select relname, pg_get_viewdef(oid, true) from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace order by 1;

select relname, pg_get_viewdef(oid, 60), pg_get_viewdef(oid, -1) = pg_get_viewdef(oid, 10000) from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace order by 1;

select view_definition from information_schema.views where table_name = 'v10';

select pg_get_ruledef(oid), pg_get_ruledef(oid, true) from pg_rewrite where ev_class in ('v13'::regclass, 'm1'::regclass) order by 1;

select pg_get_viewdef('v4'), pg_get_viewdef('v4', true), pg_get_viewdef('t');
