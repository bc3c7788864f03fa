create table author (id int primary key, name text);
create table article (
    id int primary key, author_id int references author, title text, score int, done boolean, ratio float8, other float8
);
insert into author values (1, 'Ada'), (2, 'Brian'), (3, 'Chloe');
insert into article values
    (10, 1, 'a', 5, true, 1, 2), (11, 1, 'b', null, true, 2, 4), (12, 1, 'a', 9, null, 3, 6),
    (13, 2, 'c', 1, false, 1, 1), (14, 2, 'd', 2, true, 2, 0);
