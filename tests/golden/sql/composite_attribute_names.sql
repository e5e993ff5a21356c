create type c1 as (a int, b text);

create table x1 (x int, y c1 check ((y).a > 0));

create table x2 (x int, y c1, z int generated always as ((y).a + 1) stored);

create table x3 (x int, y c1);

create index x3i on x3(((y).a));

create view v1 as select (y).a from x3;

alter type c1 drop attribute a;

select * from v1;

insert into x1 values (1, row(1,'b'));

insert into x2 values (1, row(1,'b'));

insert into x3 values (1, row(1,'b'));

alter type c1 rename attribute a to aa;

insert into x1 values (1, row(1,'b'));

insert into x2 values (1, row(1,'b'));

insert into x3 values (1, row(1,'b'));

select * from v1;

select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'x1'::regclass;

alter type c1 add attribute c int;

insert into x1 values (1, row(1,'b', 3));

insert into x2 values (1, row(1,'b', 3));

insert into x3 values (1, row(1,'b', 3));

drop view v1;

select * from x1;

select * from x2;

select * from x3;

drop table x1, x2, x3;

drop type c1;

create type c2 as (a int, b text);

create table w1 (x int, y c2, z c2[], check ((y).a > 0), check ((z[(y).a]).b <> '' and b(y) is not null));

create materialized view mv as select x, a(y), (select q.b from (select (y).b) q), extract(year from date '2020-01-01') e from w1;

create view v2 as select (y).*, y as yy, z from w1;

create view v3 as select (yy).a + 1, (z[1]).a as k, sum((yy).a) over (order by (yy).b) from v2 where (yy).a > 0 group by yy, z having max((yy).a) > 0;

create domain dc as c2 check ((value).a > 0);

alter type c2 rename attribute a to "A b";

alter type c2 rename attribute b to bb;

insert into w1 values (1, row(1, 'x'), array[row(2,'y')::c2]);

insert into w1 values (1, row(0, 'x'), null);

refresh materialized view mv;

select * from mv;

select * from v2;

select * from v3;

select pg_get_viewdef('mv'), pg_get_viewdef('v2'), pg_get_viewdef('v3');

select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'w1'::regclass or conname = 'dc_check' order by conname;

select row(1, 'a')::dc;

select row(0, 'a')::dc;

alter type c2 add attribute c int;

select * from v2;

select * from v3;

insert into w1 values (2, row(1, 'x', 3), array[row(2,'y', 4)::c2]);

begin;

alter type c2 rename attribute bb to b2;

select (y).b2 from w1;

rollback;

select (y).bb from w1;

insert into w1 values (3, row(1, 'x', 3), array[row(2,'y', 4)::c2]);

begin;

alter type c2 drop attribute c;

select y from w1;

rollback;

insert into w1 values (4, row(1, 'x', 3), array[row(2,'y', 4)::c2]);

select * from w1;

create table own (a int, b int);

create table rd (x int, r own, check ((r).a > 0));

create view rv as select (r).a from rd;

alter table own rename a to aa;

insert into rd values (1, row(1,2));

insert into rd values (1, row(0,2));

select * from rv;

select pg_get_viewdef('rv');

drop view rv;

alter table own drop column aa;

alter table own rename column aa to b2;

select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'rd'::regclass;

create type i2 as (a int, b text);

create type o2 as (i i2, k int);

create table n1 (x o2);

create view nv as select ((x).i).*, (x).k, ((x).i).a + 1 from n1;

create view nw as select * from (select (x).i from n1) q where ((q.i).a) > 0;

insert into n1 values (row(row(1,'a'),2)::o2);

alter type o2 rename attribute i to ii;

alter type i2 rename attribute a to aa;

alter type i2 add attribute c int;

select * from nv;

select * from nw;

select x, ((x).ii).* from n1;

select pg_get_viewdef('nv'), pg_get_viewdef('nw');

alter type o2 drop attribute k;
