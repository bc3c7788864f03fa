// The pictures of the user guide, one of each page: SCREENSHOTS=1 writes them anew.
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertClean } from './support/browser.js';
import { execute } from './support/graphiql.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const wanted = Boolean(process.env.SCREENSHOTS);
const folder = new URL('../../docs/images/', import.meta.url);
const table = 'data/default/public/product';

/** What the pages show: permissions, a native query, a collection, something that does not fit. */
async function furnish(server) {
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
  await server.sql('create table parcel (id int primary key)');
  await server.metadata('pg_track_table', { source, table: 'parcel' });
  await server.post('/v2/query', { type: 'run_sql', args: { source, sql: 'drop table parcel', check_metadata_consistency: false } });
  await server.metadata('reload_metadata', { reload_sources: true });
}

const seen = (role, name) => (page) => page.getByRole(role, { name }).first().waitFor();
const editor = (page) => page.locator('.cm-content').first().waitFor();

/** Name of the picture, address, what has to be there first. */
const pictures = [
  ['start', 'start', seen('link', 'Choose what a role sees')],
  ['api', `api?query=${encodeURIComponent('{\n  product(limit: 3) {\n    name\n    price\n  }\n}')}`, async (page) => {
    await page.locator('.graphiql-explorer-product').first().waitFor();
    await execute(page);
    await page.locator('.result-window').getByText('Product 3').waitFor();
  }],
  ['databases', 'data', (page) => page.getByText(/PostgreSQL \d/).waitFor()],
  ['tables', 'data/default', seen('table', 'Tables')],
  ['relationships', 'data/default/~relationships', seen('heading', 'default')],
  ['functions', 'data/default/~functions', seen('button', 'search_products')],
  ['native-queries', 'data/default/~native', seen('link', 'best_customers')],
  ['native-query', 'data/default/~native/best_customers', editor],
  ['logical-models', 'data/default/~models', seen('link', 'sale')],
  ['logical-model', 'data/default/~models/sale', seen('button', 'Save')],
  ['model-permissions', 'data/default/~models/sale/permissions?role=buyer', editor],
  ['new-table', 'data/default/~create', seen('button', 'Show the SQL')],
  ['new-view', 'data/default/~view?schema=public&view=open_order', editor],
  ['rows', `${table}/rows`, (page) => page.getByText('Product 9', { exact: true }).waitFor()],
  ['structure', `${table}/structure`, seen('button', 'Edit price')],
  ['table-relationships', 'data/default/public/customer/relationships', seen('button', 'Drop label')],
  ['permissions', `${table}/permissions?role=visitor&action=select`, editor],
  ['table-settings', `${table}/settings`, seen('button', 'Save the names')],
  ['sql', `sql?sql=${encodeURIComponent('select category, count(*), avg(price)::numeric(10,2) as price\nfrom product\ngroup by category\norder by category')}`, async (page) => {
    await editor(page);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('columnheader', { name: 'price' }).waitFor();
  }],
  ['permission-summary', 'permissions', seen('link', 'product: visitor select, some')],
  ['diagram', 'diagram', (page) => page.locator('.react-flow__node').nth(4).waitFor()],
  ['metadata', 'settings/metadata', seen('button', 'Export metadata')],
  ['inconsistent', 'settings/inconsistent', (page) => page.getByText('"name": "parcel"').waitFor()],
  ['roles', 'settings/roles', seen('button', 'Drop member')],
  ['collections', 'settings/collections', async (page) => {
    await page.getByRole('button', { name: /^mobile/ }).click();
    await page.getByRole('button', { name: 'Drop Orders' }).waitFor();
  }],
  ['about', 'settings/about', seen('rowheader', 'version')],
];

test('the pictures of the user guide', { skip: !wanted }, async () => {
  const { open, browser } = await startSuite(furnish);
  // Chromium packs them itself: a canvas writes WebP.
  const packer = await browser.newPage();
  const take = async (page, name) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForLoadState('networkidle');
    const png = (await page.screenshot()).toString('base64');
    const webp = await packer.evaluate(async (source) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', 0.85).split(',')[1];
    }, png);
    await writeFile(new URL(`console-${name}.webp`, folder), Buffer.from(webp, 'base64'));
  };
  await mkdir(folder, { recursive: true });
  const login = await open({ signIn: false });
  await login.at('');
  await login.getByLabel('Admin secret').waitFor();
  await take(login, 'sign-in');
  for (const [name, path, ready] of pictures) {
    const page = await open();
    await page.setViewportSize({ width: 1280, height: 800 });
    // Where the console's files lie on this machine is nobody's business.
    await page.route('**/v1alpha1/config', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), console_assets_dir: null } });
    });
    await page.at(path);
    await ready(page);
    await take(page, name);
    assertClean(page);
    await page.context().close();
  }
  const dark = await open({ dark: true });
  await dark.at(`${table}/rows`);
  await dark.getByText('Product 9', { exact: true }).waitFor();
  await take(dark, 'dark');
});
