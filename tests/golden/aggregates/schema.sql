create table author (id int primary key, name text);
create table article (
    id int primary key,
    author_id int references author,
    title text,
    score int,
    price numeric(10, 2),
    ratio float8,
    done boolean,
    at date,
    data jsonb
);
create function article_worth(a article) returns numeric language sql stable as
    $$ select a.price * coalesce(a.score, 0) $$;
insert into author values (1, 'Ada'), (2, 'Brian'), (3, 'Chloe');
insert into article values
    (10, 1, 'a', 5, 1.50, 0.5, true, '2020-01-01', '{}'),
    (11, 1, 'b', null, 2.25, null, false, null, null),
    (12, 2, 'c', 7, 0.10, 1.5, true, '2021-01-01', '[]'),
    (13, 1, 'a', 5, null, 0.25, null, '2019-01-01', null);
