create table n (
    id bigint primary key,
    small smallint, int int, big bigint, num numeric, wide numeric(40, 5), double float8, single real, money money
);
insert into n values
    (9007199254740993, -32768, 2147483647, 9223372036854775807, 1.10, 12345678901234567890123456789.12345, 0.1, 0.1, '$1,234.50'),
    (1, 0, 0, 0, 100000000000000000000000000000000000000000000000000.5, 0, 'NaN', '-Infinity', 0),
    (2, null, null, null, 'NaN', null, 1e308, null, null);
