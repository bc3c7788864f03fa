create type mood as enum ('sad', 'ok', 'happy');
create domain short as text check (length(value) < 20);
create table thing (
    id int primary key,
    small smallint,
    big bigint,
    price numeric(12, 4),
    ratio double precision,
    single real,
    flag boolean,
    name text,
    code varchar(10),
    fixed char(4),
    tag short,
    day date,
    at timestamp,
    atz timestamptz,
    clock time,
    span interval,
    key uuid,
    feeling mood,
    raw bytea
);
insert into thing values
    (1, 1, 10000000000, 1.5, 0.25, 1.5, true, 'apple pie', 'A-1', 'ab', 'red', '2020-01-01',
        '2020-01-01 10:00', '2020-01-01 10:00+02', '10:00', '1 day',
        '00000000-0000-0000-0000-000000000001', 'sad', '\x00ff'),
    (2, 2, -5, 1.5000, 1e300, 0.1, false, 'Apple_tart', 'B%2', 'cd', 'green', '2021-06-01',
        '2021-06-01 23:59:59.5', '2021-06-01 00:00Z', '23:59', '2 hours',
        '00000000-0000-0000-0000-000000000002', 'happy', '\x01'),
    (3, 3, 0, 99999999.9999, -1, -2, true, 'banana', null, null, null, null,
        null, null, null, null, null, 'ok', null),
    (4, null, null, null, null, null, null, null, 'C', 'ef', 'red', '2019-12-31',
        '2019-12-31', '2019-12-31 23:00-01', '00:00', '-1 day',
        '00000000-0000-0000-0000-000000000004', null, null);
