create table author (
    id int primary key,
    name text not null,
    bio text,
    born date
);
comment on table author is 'People who write';
comment on column author.bio is 'A few words';
insert into author values
    (1, 'Ada', 'first', '1815-12-10'),
    (2, 'Brian', null, '1942-01-01'),
    (3, 'Chloe', '', null);
create table reading (
    author_id int,
    year int,
    pages int not null,
    primary key (author_id, year)
);
insert into reading values (1, 2020, 10), (1, 2021, 20), (2, 2020, 30);
create table diary (line text);
insert into diary values ('dear'), ('diary');
