// Every page of the console: its address, what is there when it is drawn, and a change one makes on
// it. A server furnished so that each has something to show.
import { execute } from './graphiql.js';
import { makeShop, trackShop } from './shop.js';

export const table = 'data/default/public/product';

/** What the pages show: permissions, a native query, a collection, something that does not fit. */
export async function furnish(server) {
  await makeShop(server);
  await trackShop(server);
  const source = 'default';
  const command = (type, args) => ({ type, args: { source, ...args } });
  await server.metadata('bulk', [
    command('pg_create_select_permission', { table: 'product', role: 'visitor', permission: {
      columns: ['id', 'name', 'price', 'category', 'in_stock'],
      filter: { in_stock: { _eq: true } }, limit: 100 } }),
    command('pg_create_select_permission', { table: 'category', role: 'visitor', permission: {
      columns: '*', filter: {} } }),
    command('pg_create_select_permission', { table: 'order', role: 'buyer', permission: {
      columns: ['id', 'status', 'placed_at'], filter: { customer_id: { _eq: 'X-Hasura-User-Id' } } } }),
    command('pg_create_insert_permission', { table: 'order', role: 'buyer', permission: {
      columns: ['status'], check: {}, set: { customer_id: 'x-hasura-user-id' } } }),
    command('pg_track_function', { function: 'search_products' }),
    command('pg_add_computed_field', { table: 'customer', name: 'label', definition: { function: 'customer_label' } }),
    command('pg_track_logical_model', { name: 'sale', fields: [
      { name: 'customer_id', type: 'integer' }, { name: 'orders', type: 'bigint' },
      { name: 'last', type: { scalar: 'timestamptz', nullable: true } }] }),
    command('pg_track_native_query', { root_field_name: 'best_customers', returns: 'sale',
      description: 'Those with the most orders',
      arguments: { since: { type: 'date', description: 'orders from this day on' } },
      code: 'select customer_id, count(*) as orders, max(placed_at) as last\nfrom "order"\nwhere placed_at >= {{since}}\ngroup by customer_id\norder by orders desc',
      object_relationships: [{ name: 'customer', using: {
        remote_table: 'customer', column_mapping: { customer_id: 'id' } } }] }),
    command('pg_create_logical_model_select_permission', { name: 'sale', role: 'buyer', permission: {
      columns: ['orders', 'last'], filter: { customer_id: { _eq: 'X-Hasura-User-Id' } } } }),
    { type: 'add_inherited_role', args: { role_name: 'member', role_set: ['visitor', 'buyer'] } },
    { type: 'create_query_collection', args: { name: 'mobile', definition: { queries: [
      { name: 'Products', query: 'query Products { product { id name price } }' },
      { name: 'Orders', query: 'query Orders { order { id status } }' }] } } },
    { type: 'add_collection_to_allowlist', args: { collection: 'mobile', scope: { global: true } } },
  ]);
  await server.metadata('pg_drop_relationship', { source, table: 'product', relationship: 'lines' });
  await server.sql('create table parcel (id int primary key)');
  await server.metadata('pg_track_table', { source, table: 'parcel' });
  await server.post('/v2/query', { type: 'run_sql', args: { source, sql: 'drop table parcel', check_metadata_consistency: false } });
  await server.metadata('reload_metadata', { reload_sources: true });
}

const seen = (role, name) => (page) => page.getByRole(role, { name }).first().waitFor();
const editor = (page) => page.locator('.cm-content').first().waitFor();

const button = (page, name) => page.getByRole('button', { name, exact: true });
const press = (name) => (page) => button(page, name).first().click();
/** Presses a button, then another one in the dialog that it opens. */
const confirm = (first, second) => async (page) => {
  await button(page, first).first().click();
  await button(page.getByRole('dialog'), second).click();
};
const fill = (label, text, name) => async (page) => {
  await page.getByLabel(label, { exact: true }).fill(text);
  await button(page, name).click();
};

const query = '{\n  product(limit: 3) {\n    name\n    price\n  }\n}';
const sql = `select category, count(*), avg(price)::numeric(10,2) as price
from product
group by category
order by category`;

/**
 * `ready` waits for what the page shows of the server; `show` does, in a picture, what is worth seeing;
 * `change` does something that
 * asks the server for more or changes it; `said` is where that it is away is told, if not by a message.
 */
export const pages = [
  { name: 'start', path: 'start', ready: seen('link', 'Choose what a role sees'), change: press('Ask') },
  {
    name: 'api',
    path: `api?query=${encodeURIComponent(query)}`,
    ready: (page) => page.locator('.graphiql-explorer-product').first().waitFor(),
    show: async (page) => {
      await execute(page);
      await page.locator('.result-window').getByText('Product 3').waitFor();
    },
    change: execute,
    said: (page) => page.locator('.result-window').getByText('"unreachable"'),
  },
  {
    name: 'databases',
    path: 'data',
    ready: (page) => page.getByText(/PostgreSQL \d/).waitFor(),
    change: confirm('Disconnect default', 'Disconnect'),
  },
  {
    name: 'tables',
    path: 'data/default',
    ready: seen('table', 'Tables'),
    change: confirm('Untrack category', 'Untrack'),
  },
  {
    name: 'relationships',
    path: 'data/default/~relationships',
    ready: seen('button', 'Track all (1)'),
    change: press('Track all (1)'),
  },
  {
    name: 'functions',
    path: 'data/default/~functions',
    ready: seen('button', 'search_products'),
    change: async (page) => {
      await button(page, 'search_products').click();
      await button(page.getByRole('dialog'), 'Untrack').click();
      // Two dialogs are open by then: it is the one that asks.
      const question = page.getByRole('dialog').filter({ hasText: 'Take out of the API?' });
      await button(question, 'Untrack').click();
    },
  },
  { name: 'native-queries', path: 'data/default/~native', ready: seen('link', 'best_customers') },
  {
    name: 'native-query',
    path: 'data/default/~native/best_customers',
    ready: editor,
    change: fill('Description', 'another', 'Save'),
  },
  { name: 'logical-models', path: 'data/default/~models', ready: seen('link', 'sale') },
  {
    name: 'logical-model',
    path: 'data/default/~models/sale',
    ready: seen('button', 'Save'),
    change: fill('Description', 'another', 'Save'),
  },
  {
    name: 'model-permissions',
    path: 'data/default/~models/sale/permissions?role=buyer',
    ready: editor,
    change: fill('Comment', 'another', 'Save permission'),
  },
  {
    name: 'new-table',
    path: 'data/default/~create',
    ready: seen('button', 'Show the SQL'),
    change: async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('fresh');
      await confirm('Show the SQL', 'Run this SQL')(page);
    },
  },
  {
    name: 'new-view',
    path: 'data/default/~view?schema=public&view=open_order',
    ready: editor,
    change: confirm('Show the SQL', 'Run this SQL'),
  },
  {
    name: 'rows',
    path: `${table}/rows`,
    ready: (page) => page.getByText('Product 9', { exact: true }).waitFor(),
    change: async (page) => {
      await page.getByText('Product 9', { exact: true }).dblclick();
      await page.getByLabel('name', { exact: true }).fill('changed');
      await page.keyboard.press('Enter');
    },
    // What was refused stays to be mended, until it is given up.
    settle: (page) => page.getByLabel('name', { exact: true }).press('Escape'),
  },
  {
    name: 'structure',
    path: `${table}/structure`,
    ready: seen('button', 'Edit price'),
    change: confirm('Drop price', 'Run this SQL'),
  },
  {
    name: 'table-relationships',
    path: 'data/default/public/customer/relationships',
    ready: seen('button', 'Drop label'),
    change: confirm('Drop label', 'Drop'),
  },
  {
    name: 'permissions',
    path: `${table}/permissions?role=visitor&action=select`,
    ready: editor,
    change: fill('Comment', 'another', 'Save permission'),
  },
  {
    name: 'table-settings',
    path: `${table}/settings`,
    ready: seen('button', 'Save the names'),
    change: fill('Name of the table', 'article', 'Save the names'),
  },
  {
    name: 'sql',
    path: `sql?sql=${encodeURIComponent(sql)}`,
    ready: editor,
    show: async (page) => {
      await button(page, 'Run').click();
      await page.getByRole('columnheader', { name: 'price' }).waitFor();
    },
    change: press('Run'),
  },
  { name: 'permission-summary', path: 'permissions', ready: seen('link', 'product: visitor select, some') },
  {
    name: 'diagram',
    path: 'diagram',
    ready: (page) => page.locator('.react-flow__node').nth(4).waitFor(),
  },
  {
    name: 'metadata',
    path: 'settings/metadata',
    ready: seen('button', 'Export metadata'),
    change: confirm('Clear metadata', 'Clear everything'),
  },
  {
    name: 'inconsistent',
    path: 'settings/inconsistent',
    ready: (page) => page.getByText('"name": "parcel"').waitFor(),
    change: confirm('Drop all', 'Drop them'),
  },
  {
    name: 'roles',
    path: 'settings/roles',
    ready: seen('button', 'Drop member'),
    change: confirm('Drop member', 'Drop'),
  },
  {
    name: 'collections',
    path: 'settings/collections',
    ready: seen('button', 'mobile'),
    show: async (page) => {
      await page.getByRole('button', { name: /^mobile/ }).click();
      await page.getByRole('button', { name: 'Drop Orders' }).waitFor();
    },
    change: async (page) => {
      await page.getByRole('button', { name: /^mobile/ }).click();
      await confirm('Drop Orders', 'Drop')(page);
    },
  },
  { name: 'about', path: 'settings/about', ready: seen('rowheader', 'is admin secret set') },
];
