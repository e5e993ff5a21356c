create table o (k int, n numeric, t text);

create table i (k int, v int, n numeric, t text, p int);

insert into o select g % 20, g, 'o' || g from generate_series(1, 60) g;

insert into o values (null, null, null), (99, 1.0, 'x');

insert into i select g, g * 10, g * 1.0, 'i' || g, g % 3 from generate_series(0, 15) g;

insert into i values (null, 7, null, 'null', 0);

select k, (select v from i where i.k = o.k) from o order by k, n;

select k, (select v + 1 from i where i.k = o.k and p > 0) from o order by k, n;

select k, (select max(v) from i where i.k = o.k) from o order by k, n;

select k, (select count(*) from i where i.k = o.k) from o order by k, n;

select k, (select count(*) + 1 from i where i.p = o.k), (select array_agg(v order by v desc) from i where i.p = o.k) from o order by k, n;

select k, (select sum(v) from i where i.p = o.k having count(*) > 5) from o order by k, n;

select k, (select 'none' from i where i.p = o.k having count(*) = 0) from o order by k, n;

select k, (select v from i where i.p = o.k order by v desc limit 1) from o order by k, n;

select k, (select v from i where i.p = o.k limit 1) is not null from o order by k, n;

select k, (select v from i where i.p = o.k) from o where k < 3 order by k, n;

select k, (select v from i where i.p = o.k) from o where k > 3 order by k, n;

select k, (select distinct p from i where i.p = o.k) from o order by k, n;

select k, n, (select i.v from i where i.n = o.n) from o order by k, n;

select k, (select 100 / i.v from i where i.k = o.k) from o where k > 0 order by k, n;

select k, (select 100 / i.v from i where i.k = o.k) from o order by k, n;

select k, (select i.v from i where i.k = o.k and 10 / i.k > 0) from o where k between 1 and 9 order by k, n;

select k, (select i from i where i.k = o.k) from o order by k, n;

select k, (select row(v, p) from i where i.k = o.k) from o order by k, n;

select k from o where (select v from i where i.k = o.k) > 50 order by k, n;

select k from o where (select count(*) from i where i.k = o.k + 1) = 0 order by k, n;

update o set n = (select v from i where i.k = o.k) where k < 5;

update o set (n, t) = (select v, i.t from i where i.k = o.k) where k > 10;

select * from o order by k, n, t;

delete from o where (select count(*) from i where i.k = o.k) = 0;

select k, n, t from o order by k, n, t;

select k, (select max(v) from i where i.k = o.k and i.p = o.n) from o order by k, n;

select k, (select max(i.v) from i join i j on i.k = j.p where i.k = o.k) from o order by k, n;

select k, (select v from i where i.k = o.k and i.v > o.k) from o order by k, n;

select k, (select (select max(v) from i i2 where i2.p = i.p) from i where i.k = o.k) from o order by k, n;

select (select max((select i.v from i where i.k = o.k))) from o;

select k, (select string_agg(i.t, ',' order by i.t) filter (where i.v > 10) from i where i.p = o.k) from o order by k, n;

select k, (select v from i where i.k = o.k for update) from o order by k, n;

create table ta (id int primary key, val int);

insert into ta values(1,1), (2,2);

create table tb (id int primary key, aval int);

insert into tb values(1,1), (2,1), (3,2), (4,2);

create table tc (id int primary key, aid int);

insert into tc values(1,1), (2,2);

select ( select min(tb.id) from tb where tb.aval = (select ta.val from ta where ta.id = tc.aid) ) as min_tb_id from tc;

select tc.id from tc where exists (select from tb where tb.aval = (select ta.val from ta where ta.id = tc.aid)) order by 1;

select tc.id from tc where tc.id in (select tb.id from tb where tb.aval = (select ta.val from ta where ta.id = tc.aid)) order by 1;

select tc.id, (select tb.id from tb where tb.aval + (select max(val) from ta) = tc.aid + 3 and tb.id % 2 = 0) from tc order by 1;

select tc.id, (select tb.id from tb where (select max(val) from ta where ta.id = tb.aval) = tc.aid order by tb.id limit 1) from tc order by 1;
