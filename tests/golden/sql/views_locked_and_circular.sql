create table lt (a int);

create view lv as select * from lt;

create view lw as select * from lv;

begin;

lock table lw in exclusive mode;

select relation::regclass, mode from pg_locks where relation::regclass::text in ('lt', 'lv', 'lw') order by 1;

rollback;

create or replace view lv as select lw.a from lw;

select * from lv;

select * from lw;

update lt set a = 1 where a in (select a from lw);

drop view lv cascade;
