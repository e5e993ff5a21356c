create table ni (a int check (a > 0) no inherit, b int, constraint c2 check (b > 0) no inherit);

select conname, connoinherit, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ni'::regclass order by 1;

alter table ni add constraint c3 check (a < 10) no inherit not valid;

alter table ni validate constraint c3;

alter table ni add check (b < 5);

select conname, connoinherit, convalidated, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ni'::regclass order by 1;

insert into ni values (0, 1);

insert into ni values (1, 0);

insert into ni values (11, 1);

insert into ni values (1, 1);

create table ni2 (like ni including all);

select conname, connoinherit, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ni2'::regclass order by 1;

create domain nid as int check (value > 0) no inherit;

alter table ni rename column a to aa;

alter table ni alter column b type bigint;

select conname, connoinherit, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ni'::regclass order by 1;
