select nosuch.f(1);

select * from nosuch.t;

alter table nosuch.t add column b int;

alter table if exists nosuch.t add column b int;

alter table nosuch.t rename to b;

alter table nosuch.t rename column a to b;

alter table nosuch.t set schema public;

alter table nosuch.t owner to terrascale;

alter view nosuch.t rename to b;

alter view nosuch.t alter column a set default 1;

alter index nosuch.t rename to b;

alter index nosuch.t set (fillfactor=10);

alter sequence nosuch.t increment 1;

alter sequence nosuch.t rename to b;

alter materialized view nosuch.t rename to b;

create index on nosuch.t(a);

create view nosuch.t as select 1;

create table nosuch.t(a int);

create sequence nosuch.t;

drop table nosuch.t;

drop view nosuch.t;

drop index nosuch.t;

drop sequence nosuch.t;

drop type nosuch.t;

truncate nosuch.t;

lock table nosuch.t;

begin;

lock table nosuch.t;

rollback;

insert into nosuch.t values (1);

update nosuch.t set a = 1;

delete from nosuch.t;

grant select on nosuch.t to public;

comment on table nosuch.t is 'a';

comment on column nosuch.t.a is 'a';

comment on constraint c on nosuch.t is 'a';

analyze nosuch.t;

vacuum nosuch.t;

reindex table nosuch.t;

reindex index nosuch.t;

refresh materialized view nosuch.t;

create table x (like nosuch.t);

create table x (a int references nosuch.t);

select 'nosuch.t'::regclass;

select nextval('nosuch.t');

alter type nosuch.t rename to b;

alter type nosuch.t add value 'a';

alter domain nosuch.t drop not null;

create table x (a nosuch.t);

select 1::nosuch.t;

set constraints nosuch.t deferred;

alter table x owner to nobody;

create sequence s owned by nosuch.t.a;

merge into nosuch.t using (select 1) s on true when matched then delete;

create schema there;

select there.f(1);

alter table there.t add column b int;

alter table if exists there.t add column b int;

alter table if exists nosuch.t rename to b;

alter sequence if exists nosuch.t increment 1;

alter type there.t rename to b;

select 'there.t'::regclass;

select pg_temp.f(1);

create temp table tt(a int);

select pg_temp.f(1);

alter table pg_temp.nosuch add column b int;

drop function pg_temp.f(int);
