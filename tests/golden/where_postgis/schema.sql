create extension postgis;
create extension postgis_raster;
create table place (
    id int primary key,
    shape geometry,
    spot geometry(Point, 4326),
    area geography(Polygon),
    at geography(Point),
    image raster
);
insert into place values
    (1, 'SRID=4326;POLYGON((0 0, 0 10, 10 10, 10 0, 0 0))', 'SRID=4326;POINT(1 2)',
        'POLYGON((0 0, 0 1, 1 1, 1 0, 0 0))', 'POINT(0.5 0.5)',
        st_addband(st_makeemptyraster(2, 2, 0, 0, 1, -1, 0, 0, 4326), '8BUI'::text, 1, 0)),
    (2, 'SRID=4326;LINESTRING(-5 5, 15 5)', 'SRID=4326;POINT(3 4)', null, 'POINT(10 10)', null),
    (3, 'SRID=4326;POINT(20 20)', null, null, null, null);
