create table person (id int primary key, name text, salary int, city text, boss_id int references person);
create table task (id int primary key, person_id int references person, title text, cost int);
insert into person values (1, 'Ann', 100, 'Rome', null), (2, 'Bob', 200, 'Oslo', 1), (3, 'Cy', 300, 'Rome', 1), (4, 'Di', 400, 'Oslo', 2);
insert into task values (10, 1, 'a', 1), (11, 2, 'b', 2), (12, 3, 'c', 3), (13, 4, 'd', 4), (14, 2, 'e', null);
