create table t1(a int);

alter table t1 add primary key (b);

alter table t1 add unique (b);

alter table t1 add constraint c unique (a, a);

alter table t1 add constraint c primary key (a, b);

create table t2(a int, primary key (b));

alter table t1 add foreign key (b) references t1;

alter table t1 add column c int, add primary key (c, d);

create table t3 (a int);

create index t3i on t3((a+1));

alter index t3i alter column 0 set statistics 100;

alter index t3i alter column 1 set statistics 100;

alter index t3i alter column 2 set statistics 100;

alter index t3i alter column 1 set statistics -1;

alter index t3i alter column 1 set statistics 100000;

alter index t3i alter column 1 set statistics -2;

create index t3j on t3(a);

alter index t3j alter column 1 set statistics 100;

alter table t3 alter column 1 set statistics 100;

alter table t3 alter column b set statistics 100;

create table p (a int) partition by magic (a);

select max(a order by b, c) from t1;

select maxx(1,2,3 order by 1);

select maxx(1,2,3 order by 1, 2);

select maxx(distinct 1,2,3 order by 1, 2);

drop operator === (int4);

drop operator = (nonesuch);

drop operator === (int4, int4);

drop operator ===;

select array[1]::int2vector;

select array[1]::oid[]::oidvector;

select array[null]::oid[]::oidvector;

select array[[1,2]]::oid[]::oidvector;

select array[[1,2]]::int2[]::int2vector;

select array[1,2]::int2[]::int2vector;

declare foo cursor for select 1 into int4_tbl;

begin;

set transaction read only;

select 1;

set transaction read write;

rollback;

begin read only;

select 1;

set transaction isolation level serializable;

rollback;

begin;

select 1;

set transaction read write;

rollback;

begin read only;

set transaction read write;

rollback;

begin read only;

savepoint s;

set transaction read write;

rollback;

create index on t3(ctid);

create index on t3(tableoid);

create index on t3(a int4_ops(foo=1));

alter table t3 alter column a set (foo=1);

create table mv(a int, b int);

insert into mv values (1, 10);

create materialized view m as select * from mv;

create unique index on m(a);

insert into mv values (1, 20);

insert into mv values (1, 10);

refresh materialized view m;

select * from m;

alter index t3_pkey alter column 1 set statistics 1;

alter index t3_pkey alter column 2 set statistics 1;

alter table t3i alter column 1 set statistics 1;

create unique index u1 on t3(b collate "POSIX");

alter table t3 add unique using index u1;

create unique index u2 on t3(b collate "default");

alter table t3 add unique using index u2;

create unique index u3 on t3(b text_pattern_ops);

alter table t3 add unique using index u3;

create index on t3(a int4_ops(foo=1));

create index on t3(b text_ops);

create index on t3(b varchar_ops);

create table t4(a char(10), b varchar(10), c name, d date, e timestamptz, f int[], g numeric, h bool);

create index on t4(a bpchar_ops, b text_ops, c name_ops, d date_ops, e timestamptz_ops, f array_ops, g numeric_ops, h bool_ops);

create index on t4(b varchar_ops);

create index on t4(g nosuch_ops);

create index on t4(g pg_catalog.numeric_ops);

create table pk(a int primary key);

create table fk(a int references pk deferrable initially deferred);

insert into pk values (1);

insert into fk values (1);

begin;

delete from pk;

alter table fk drop constraint fk_a_fkey;

rollback;

begin;

delete from pk;

drop table fk;

rollback;

begin;

insert into fk values (2);

alter table pk add column c int;

rollback;

begin;

insert into fk values (2);

alter table fk add column c int;

rollback;

create role reindexer;

create schema theirs;

create table theirs.t(a int primary key);

set role reindexer;

reindex schema theirs;

reindex schema public;

reindex schema nosuch;

reset role;

begin;

set transaction read write;

savepoint x;

set transaction read write;

set transaction read only;

select 1;

set transaction read only;

set transaction read write;

rollback;

begin;

savepoint x;

set transaction read only;

set transaction read write;

rollback;

drop schema theirs cascade;

drop role reindexer;
