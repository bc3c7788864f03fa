create table author (id int primary key, name text not null);
create table article (id int primary key, author_id int not null references author, title text not null, score int);
insert into author values (1, 'Ada'), (2, 'Brian');
insert into article values (10, 1, 'One', 1), (11, 1, 'Two', 2), (12, 2, 'Three', 3);
