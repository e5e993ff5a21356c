begin;

create temp table temptest3(col int primary key) on commit delete rows;

create temp table temptest4(col int references temptest3);

commit;

select * from temptest3;

create temp table t1(col int primary key) on commit delete rows;

create temp table t2(col int references t1);

create temp table t2(col int references t1) on commit delete rows;

begin;

insert into t1 values (1);

insert into t2 values (1);

select count(*) from t2;

commit;

select count(*) from t1, t2;

begin;

select 1;

commit;
