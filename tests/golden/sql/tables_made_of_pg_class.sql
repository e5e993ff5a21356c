create table h (a int, b int);

insert into h values (0, 1), (1, 2);

create table pgc as select relname from pg_class where relname in ('pgc', 'h') order by 1;

select * from pgc;

select relname into pgd from pg_class where relname in ('pgc', 'pgd') order by 1;

select * from pgd;

create materialized view pge as select relname from pg_class where relname in ('pgc', 'pge') order by 1;

select * from pge;

refresh materialized view pge;

select * from pge order by 1;

create table big as select i, repeat('x', i % 10) as t from generate_series(1, 20000) i;

select count(*), sum(i), sum(length(t)) from big;

create table none as select 1/i as a from generate_series(-3, 3) i;

select * from none;
