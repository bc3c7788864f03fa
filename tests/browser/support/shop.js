// A small shop: tables of every kind that the pages have something to say about.
export async function makeShop(server) {
  await server.sql(`
    create table customer (id serial primary key, name text not null, email text unique,
      address jsonb, joined timestamptz not null default now());
    comment on table customer is 'People who buy';
    create table category (name text primary key, comment text);
    create table product (id serial primary key, name text not null, price numeric(10,2) not null
      check (price >= 0), category text references category(name), tags text[] not null default '{}',
      description text, in_stock boolean not null default true);
    comment on column product.price is 'With taxes';
    create table "order" (id bigserial primary key, customer_id int not null references customer(id),
      placed_at timestamptz not null default now(), status text not null default 'open');
    create index order_by_customer on "order"(customer_id);
    create table line (order_id bigint references "order"(id) on delete cascade,
      product_id int references product(id), quantity int not null default 1,
      primary key (order_id, product_id));
    create view open_order as select * from "order" where status = 'open';
    create function search_products(words text) returns setof product language sql stable as
      $$ select * from product where name ilike '%' || words || '%' $$;
    create function customer_label(customer) returns text language sql stable as
      $$ select $1.name || ' <' || coalesce($1.email, '?') || '>' $$;
    create table visit (at date not null, path text) partition by range (at);
    create table visit_2026 partition of visit for values from ('2026-01-01') to ('2027-01-01');
    create table visit_2027 partition of visit for values from ('2027-01-01') to ('2028-01-01');
    insert into category values ('tent', 'Sleep outside'), ('stove', 'Cook outside');
    insert into customer (name, email, address)
      select 'Customer ' || i, 'c' || i || '@example.org', jsonb_build_object('city', 'Town ' || i % 7)
      from generate_series(1, 300) i;
    insert into product (name, price, category, tags)
      select 'Product ' || i, i * 1.5, case i % 2 when 0 then 'tent' else 'stove' end,
        array['tag' || i % 3] from generate_series(1, 40) i;
    insert into "order" (customer_id, status)
      select 1 + i % 300, case i % 3 when 0 then 'open' else 'done' end from generate_series(1, 500) i;
    insert into line select i, 1 + i % 40, 1 + i % 5 from generate_series(1, 500) i;
    analyze;
  `);
}

export const SHOP_TABLES = ['customer', 'category', 'product', 'order', 'line', 'open_order'];

export async function trackShop(server) {
  await server.metadata('pg_track_tables', {
    tables: SHOP_TABLES.map((name) => ({ source: 'default', table: { schema: 'public', name } })),
  });
  const { relationships } = await server.metadata('pg_suggest_relationships', { source: 'default' });
  const commands = relationships.map(({ type, from, to }) => ({
    type: `pg_create_${type}_relationship`,
    args: {
      source: 'default',
      table: from.table,
      name: type === 'object' ? `${to.table.name}_of` : `${to.table.name}s`,
      using: {
        foreign_key_constraint_on: from.constraint_name
          ? from.columns[0]
          : { table: to.table, column: to.columns[0] },
      },
    },
  }));
  await server.metadata('bulk', commands);
}
