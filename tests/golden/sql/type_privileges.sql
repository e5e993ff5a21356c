create type gtt as (a int, b text);

create domain gtd as int check (value > 0);

create type gte as enum ('a');

create role gu1;

create role gu2;

grant create on schema public to gu1, gu2;

revoke usage on type gtt from public;

grant usage on type gtt to gu2;

grant usage on type _gtt to gu2;

grant usage on domain gtt to gu2;

revoke usage on domain gtd from public;

grant usage on domain gtd to gu2 with grant option;

grant all on type gte, gtd to gu2;

grant select on type gtt to gu2;

grant usage on type nosuch to gu2;

grant usage on domain int4 to gu2;

select typname, replace(typacl::text, current_user, 'me') from pg_type where typname in ('gtt', 'gtd', 'gte') order by 1;

set session authorization gu1;

create domain gd2 as gtd;

create table gt1 (a int, b gtd);

create table gt1 (a int[], b gtt[]);

create table gt1 (a int, b int);

alter table gt1 add column c gtd;

alter table gt1 alter column b type gtd;

create type gty as (a int, b gtd);

create type gty as (a int);

alter type gty add attribute b gtd;

alter type gty alter attribute a type gtd;

create table gt2 as select 1::gtd as a;

select 1::gtd;

revoke all on type gtt from public;

grant usage on type gtd to gu1;

set session authorization gu2;

create domain gd3 as gtd;

create table gt3 (a int[], b gtt[], c gtd);

create table gt4 as select 1::gtd as a;

grant usage on type gtd to gu1;

revoke all on type gtt from public;

reset session authorization;

select has_type_privilege('gu1', 'gtd', 'usage'), has_type_privilege('gu1', 'gtt', 'usage'), has_type_privilege('gu2', 'gtt', 'usage');

revoke usage on domain gtd from gu2;

revoke usage on domain gtd from gu2 cascade;

select typname, replace(typacl::text, current_user, 'me') from pg_type where typname in ('gtt', 'gtd', 'gte') order by 1;

drop role gu2;

drop type gte;

select has_type_privilege('int4', 'usage'), has_type_privilege('gu1', 'gtt[]', 'usage'), has_type_privilege('gu1', 'gtt'::regtype, 'usage with grant option'), has_type_privilege('gu1', 'nosuch', 'usage');

drop owned by gu1, gu2 cascade;

drop role gu1, gu2;
