create role a

create role b

create table t(one int unique, two int unique, three int unique, four int)

grant select (one), insert (two), insert(four), update (three) on t to a

insert into t values (1,1,1)

set session authorization a

select 1 from t x join t y using (one)

select one from (t a join t b(one,x,y,z) using (one)) j

select one from t x natural join (select one from t) y

insert into t(two) values (6) on conflict (two) do update set three = 10

insert into t(four) values (4) on conflict (one) do nothing

insert into t(four) values (4) on conflict (one) do update set three=excluded.one

insert into t(four) values (4) on conflict (one) do update set three=excluded.three

insert into t(four) values (4) on conflict (two) do update set three=3

insert into t(four) values (4) on conflict on constraint t_two_key do update set three=3

insert into t(four) values (4) on conflict on constraint t_two_key do nothing

set role a

reset session authorization

select session_user = current_user, current_setting('role')

set session authorization a

reset session authorization

select session_user = current_user, current_setting('role')

set role b

set session authorization a

select current_user, current_setting('role')

reset session authorization

select session_user = current_user, current_setting('role')

grant select on t to b granted by a

grant select on t to b granted by current_user

create table u(x int, y int)

grant select (y) on u to b

alter table u drop column y

set role b

select 1 from u

reset role

drop table t, u

drop role a, b
