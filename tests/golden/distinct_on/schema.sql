create table sale (id int primary key, shop text, seller text, amount int);
insert into sale values
    (1, 'north', 'ann', 5), (2, 'north', 'bob', 9), (3, 'south', 'ann', 1),
    (4, null, 'cy', 7), (5, 'south', 'bob', 1), (6, null, 'ann', 2), (7, 'north', 'bob', 3);
create table shop (name text primary key, rank int);
insert into shop values ('north', 2), ('south', 1);
