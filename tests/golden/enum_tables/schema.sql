create table color (name text primary key, note text);
insert into color values ('red', 'like blood'), ('green', null), ('blue', 'like the sea');
create table size (value text primary key);
insert into size values ('S'), ('L');
create table shirt (
    id int primary key,
    color text not null references color,
    other text references color,
    size text references size
);
insert into shirt values (1, 'red', 'green', 'S'), (2, 'blue', null, 'L'), (3, 'red', 'red', null);
