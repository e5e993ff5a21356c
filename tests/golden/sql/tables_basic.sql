CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, age int, city varchar(20) DEFAULT 'nowhere', born date, score numeric(6,2));

INSERT INTO people VALUES (1, 'Ann', 30, 'Oslo', '1994-05-06', 12.5);

INSERT INTO people (id, name) VALUES (2, 'Bob');

INSERT INTO people (name, id, age) VALUES ('Cid', 3, 25), ('Dee', 4, NULL), ('Eve', 5, 41);

INSERT INTO people VALUES (6, 'Fay', DEFAULT, DEFAULT, NULL, 1234.567);

SELECT * FROM people ORDER BY id;

SELECT * FROM people WHERE id = 3;

SELECT name, age + 1 AS next FROM people WHERE id IN (1, 3, 99) ORDER BY id;

SELECT id FROM people WHERE id > 2 AND id <= 5 ORDER BY id DESC;

SELECT id FROM people WHERE id BETWEEN 2 AND 4 ORDER BY 1;

SELECT id, name FROM people ORDER BY name DESC LIMIT 2;

SELECT id, age FROM people ORDER BY age, id;

SELECT id, age FROM people ORDER BY age DESC NULLS LAST, id;

SELECT id, age FROM people ORDER BY age NULLS FIRST, id DESC;

SELECT city, count(*) FROM people GROUP BY city ORDER BY city;

SELECT city, avg(age), max(name) FROM people GROUP BY city HAVING count(*) > 1 ORDER BY 1;

SELECT count(*), count(age), sum(age), min(born), max(score) FROM people;

SELECT id FROM people WHERE age IS NULL ORDER BY id;

SELECT id FROM people WHERE name LIKE '%e%' ORDER BY id;

SELECT DISTINCT city FROM people ORDER BY city;

SELECT DISTINCT ON (city) city, name FROM people ORDER BY city, name DESC;

SELECT p.id, p.name FROM people p WHERE p.id = 1;

SELECT people.id FROM people AS p;

SELECT nope FROM people;

SELECT p.nope FROM people p;

SELECT x.id FROM people p;

SELECT * FROM no_such_table;

SELECT name FROM people GROUP BY city;

SELECT id, name, count(*) FROM people GROUP BY id ORDER BY id LIMIT 2;

SELECT count(*) FROM people WHERE count(*) > 1;

SELECT id FROM people ORDER BY 2;

SELECT id FROM people WHERE id = '3';

SELECT id FROM people WHERE id = 'x';

SELECT id FROM people WHERE id = 3.0;

SELECT id FROM people WHERE id = 3.5;

SELECT id FROM people WHERE id = 99999999999;

SELECT id FROM people WHERE id = NULL;

INSERT INTO people VALUES (1, 'Dup');

INSERT INTO people VALUES (7, NULL);

INSERT INTO people VALUES (7, 'Gus', 'x');

INSERT INTO people VALUES (7, 'Gus', 1, 'a city name that is longer than twenty');

INSERT INTO people VALUES (7, 'Gus', 1, 'trailing blanks ok    ');

INSERT INTO people (id, name, score) VALUES (8, 'Hal', 99999.99);

INSERT INTO people (id, nope) VALUES (8, 1);

INSERT INTO people (id, id) VALUES (8, 1);

INSERT INTO people (id, name) VALUES (8);

INSERT INTO people (id) VALUES (8, 'x');

INSERT INTO people VALUES (8, 'x', 1, 'y', NULL, 1, 2);

INSERT INTO people (id, name) VALUES (9, 'Ida') RETURNING *;

INSERT INTO people (id, name) VALUES (10, 'Jon'), (11, 'Kim') RETURNING id * 2 AS twice, upper(name);

INSERT INTO people (id, name) VALUES (12, 'Lou'), (1, 'Dup');

SELECT count(*) FROM people WHERE id = 12;

UPDATE people SET age = 31 WHERE id = 1;

UPDATE people SET age = age + 1, city = 'Rome' WHERE id IN (3, 5) RETURNING id, age, city;

UPDATE people SET age = age * 2 WHERE age > 1000;

UPDATE people SET (age, city) = (50, 'Bern') WHERE id = 4;

UPDATE people SET city = DEFAULT WHERE id = 4 RETURNING city;

UPDATE people SET name = NULL WHERE id = 1;

UPDATE people SET id = 100 WHERE id = 11;

UPDATE people SET id = 1 WHERE id = 2;

UPDATE people SET nope = 1;

UPDATE people SET age = 'x' WHERE id = 1;

UPDATE people p SET age = p.age + 1 WHERE p.id = 1 RETURNING p.*;

SELECT id, age FROM people WHERE id IN (1, 100) ORDER BY id;

DELETE FROM people WHERE id = 100;

DELETE FROM people WHERE id = 100;

DELETE FROM people WHERE age IS NULL RETURNING id, name;

SELECT count(*) FROM people;

TRUNCATE people;

SELECT count(*) FROM people;

INSERT INTO people (id, name) SELECT g, 'p' || g FROM generate_series(1, 5) g;

SELECT id, name FROM people ORDER BY id;

DELETE FROM people;

DROP TABLE people;

DROP TABLE people;

DROP TABLE IF EXISTS people;

SELECT * FROM people;

CREATE TABLE a (x int); CREATE TABLE b (y int);

DROP TABLE a, b;
