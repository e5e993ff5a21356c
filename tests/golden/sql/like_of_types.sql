create type ct as (a int, b text collate "C", c numeric(5,2));

comment on column ct.a is 'a of ct';

create table l1 (like ct);

create table l2 (like ct including all, d int);

create table l3 (like public.ct including comments);

create table l3 (like public.nosuch including comments);

create table l4 (like ct, like ct);

select attrelid::regclass, attname, atttypid::regtype, atttypmod, attcollation, attnotnull from pg_attribute where attrelid in ('l1'::regclass, 'l2'::regclass) and attnum > 0 order by 1, attnum;

select col_description('l3'::regclass, 1), col_description('l2'::regclass, 1), col_description('l1'::regclass, 1);

create role like_user;

set role like_user;

create table public.nope (like ct);

reset role;

revoke usage on type ct from public;

set role like_user;

create table l9 (like ct);

reset role;

create domain dd as int;

create table l5 (like dd);

create type ee as enum ('a');

create table l5 (like ee);

create table src (a int primary key, b int unique, c int, d int, unique (c, d));

create index src_i on src(lower(b::text));

create index src_j on src(d) include (c);

comment on index src_pkey is 'pkey';

comment on index src_b_key is 'b key';

comment on index src_c_d_key is 'cd';

comment on index src_i is 'i';

comment on index src_j is 'j';

comment on constraint src_b_key on src is 'constraint';

create table k1 (like src including all);

create table k2 (like src including indexes);

create table k3 (like src including comments);

create table k4 (x int, like src including indexes including comments, y int unique);

select relname, obj_description(oid, 'pg_class') from pg_class where relname ~ '^k[1234]_' order by relname;

select conname, obj_description(oid, 'pg_constraint') from pg_constraint where conname ~ '^k[1234]_' order by conname;

alter index src_pkey alter column a set statistics 1;

alter index src_j alter column d set statistics 1;

alter index src_i alter column lower set statistics 1;

alter type ct drop attribute a;

select count(*) from pg_description where description = 'a of ct';

comment on column ct.nosuch is 'a';

comment on column nosuch.b is 'a';

comment on column ee.b is 'a';

comment on column ct.b is 'b of ct';

drop type ct;

select count(*) from pg_description where description = 'b of ct';

drop role like_user;
