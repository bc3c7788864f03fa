create table n (id int primary key);
insert into n select generate_series(1, 7);
create table child (id int primary key, n int references n);
insert into child select i, i % 3 + 1 from generate_series(1, 9) i;
