create table author (id int primary key, name text not null, boss_id int references author);
create table article (
    id int primary key,
    author_id int references author,
    editor_id int not null references author,
    title text not null,
    score int
);
create table profile (author_id int primary key references author, motto text);
create table tag (name text primary key);
create table article_tag (
    article_id int references article, tag text references tag, primary key (article_id, tag)
);
create table visit (year int, name text, primary key (year, name));
create table note (id int primary key, year int, name text, text text,
    foreign key (year, name) references visit);
insert into author values (1, 'Ada', null), (2, 'Brian', 1), (3, 'Chloe', 1), (4, 'Dan', 3);
insert into article values
    (10, 1, 2, 'One', 5), (11, 1, 2, 'Two', null), (12, 2, 1, 'Three', 7),
    (13, null, 1, 'Lost', 1), (14, 1, 3, 'Four', 9);
insert into profile values (1, 'onward'), (3, null);
insert into tag values ('x'), ('y'), ('z');
insert into article_tag values (10, 'x'), (10, 'y'), (12, 'x');
insert into visit values (2020, 'a'), (2020, 'b');
insert into note values (1, 2020, 'a', 'first'), (2, 2020, null, 'half'), (3, 2020, 'a', 'third');
