create table t (a int primary key, b int);

create view v1 as select (a, b) is distinct from null as x, a is distinct from null as y, not ((a,b) is distinct from null) z, (a,b) is not distinct from null as w, t is distinct from null as tt, t is not distinct from null as tn, null is distinct from t as nt, row(a) is distinct from null r1 , (a,b) is null n1, t is null n2, t is not null n3, row() is distinct from null e, a is not distinct from null an, null is distinct from a na, null is not distinct from (a,b) nn from t;

select pg_get_viewdef('v1'), pg_get_viewdef('v1', true);

insert into t values (1, null);

select * from v1;

create type ct as (p int, q int);

create table u (c ct, d int[]);

create view v2 as select c is distinct from null x, c is not distinct from null y, null is distinct from c z, d is distinct from null dd, (c).p is distinct from null cp from u;

select pg_get_viewdef('v2');

insert into u values (null, null), ((null, null), '{}'), ((1, null), '{1}');

select * from v2;

create view v3 as select a is distinct from b x, (a, b) is distinct from (b, a) y, (a,b) is not distinct from (1, null) z, t is distinct from row(1,2) w from t;

select pg_get_viewdef('v3');

create table nu (id int, c ct);

insert into nu values (1, null), (2, row(null,null)), (3, row(1,null)), (4, row(1,2));

select id, c is null a, c is not null b, c is distinct from null c, c is not distinct from null d, not (c is null) e from nu order by 1;

create index on nu (c);

analyze nu;

select id from nu where c is null order by 1;

select id from nu where c is not null order by 1;

select id from nu where c is distinct from null order by 1;

select id from nu where c is not distinct from null order by 1;

set enable_seqscan = off;

select id from nu where c is null order by c, id;

select id from nu where c is not distinct from null order by c;

select id from nu where c is distinct from null order by c;

create index part on nu (id) where c is not null;

select id from nu where c = row(1,null)::ct order by 1;

select id from nu where c is distinct from null and id > 0 order by 1;

select a.id, b is distinct from null x, b is null y, b.c is distinct from null z, b from nu a left join nu b on b.id = a.id + 1 order by 1;

select a.id from nu a left join nu b on b.id = a.id + 1 where b is distinct from null order by 1;

create domain dct as ct;

select x is null, x is not null, x is distinct from null, x is not distinct from null from (values (null::dct), (row(null,null)::ct::dct), (row(1,null)::ct::dct)) v(x);

select r is distinct from null, r is null from (select row(null, null) r) s;

select r is distinct from null, r is null from (select null::record r) s;

select sum(id) filter (where c is distinct from null), sum(id) filter (where c is null) from nu;

table nu order by c nulls first, id;
