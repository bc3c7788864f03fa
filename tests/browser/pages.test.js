// Every page: its main action, and no serious finding of axe in light and dark.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { execute } from './support/graphiql.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open, metadata, assertPagesAccessible } = await startSuite(async (server) => {
  await makeShop(server);
});

test('the first steps lead from a database to a permission', async () => {
  const page = await open();
  await page.at('start');
  await page.getByRole('button', { name: 'Track all' }).click();
  await page.getByText('Everything is tracked').waitFor();
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText(/"data": \{/).waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Choose what a role sees' }).click();
  await page.getByRole('heading', { name: 'user · select' }).waitFor();
  await page.getByRole('group', { name: 'Columns' }).getByRole('button', { name: 'All' }).click();
  await page.getByRole('button', { name: 'Save permission' }).click();
  await page.getByText('The permission was saved').waitFor();
  assertClean(page);
  await server.metadata('clear_metadata');
  await server.metadata('pg_add_source', {
    name: 'default',
    configuration: { connection_info: { database_url: { from_env: 'HOWDAH_DATABASE_URL' } } },
  }).catch(() => undefined);
});

test('the API page runs queries as any role', async () => {
  if ((await metadata()).sources.length === 0) assert.fail('the source is gone');
  await trackShop(server);
  await server.metadata('pg_create_select_permission', {
    source: 'default',
    table: 'product',
    role: 'visitor',
    permission: { columns: ['name'], filter: { id: { _lt: 3 } } },
  });
  const page = await open();
  await page.at('api?role=visitor&query=' + encodeURIComponent('{ product { name } }'));
  await execute(page);
  await page.getByText('Product 2').waitFor();
  assert.equal(await page.getByText('Product 3').count(), 0);
  await page.getByRole('button', { name: 'Analyse: SQL and plan' }).click();
  await page.getByText(/Scan/).first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Code for other programs' }).click();
  await page.getByText(/x-hasura-role: visitor/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save this operation' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Products');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Products was saved').waitFor();
  assert.equal((await metadata()).query_collections[0].definition.queries[0].name, 'Products');
  assertClean(page);
});

test('relationships and computed fields of a table', async () => {
  const page = await open();
  await page.at('data/default/public/customer/relationships');
  await page.getByRole('button', { name: 'Rename orders' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('purchases');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('button', { name: 'Drop purchases' }).waitFor();
  await page.getByRole('button', { name: 'Add computed field' }).click();
  await page.getByRole('combobox', { name: 'Function' }).click();
  await page.getByRole('option', { name: 'public.customer_label' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name of the field' }).fill('label');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Drop label' }).waitFor();
  const answer = await server.post('/v1/graphql', {
    query: '{ customer(limit: 1) { label purchases { id } } }',
  });
  assert.match(answer.data.customer[0].label, /</);
  assertClean(page);
});

test('functions are tracked', async () => {
  const page = await open();
  await page.at('data/default/~functions');
  await page.getByRole('button', { name: 'Track search_products' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Track', exact: true }).click();
  await page.getByText('search_products is tracked').waitFor();
  const answer = await server.post('/v1/graphql', {
    query: '{ search_products(args: {words: "Product 1"}, limit: 1) { id } }',
  });
  assert.equal(answer.errors, undefined);
  assertClean(page);
});

test('inherited roles, collections and the allow list', async () => {
  const page = await open();
  await page.at('settings/roles');
  await page.getByRole('textbox', { name: 'Inherited role' }).fill('staff');
  await page.getByRole('combobox', { name: 'Inherits from' }).click();
  await page.getByRole('option', { name: 'visitor' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Drop staff' }).waitFor();
  await page.at('settings/collections');
  await page.getByRole('textbox', { name: 'New collection' }).fill('mobile');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: /^mobile/ }).click();
  await page.getByRole('textbox', { name: 'Add operations' }).fill('query One { product { id } } query Two { product { name } }');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Drop Two' }).waitFor();
  await page.getByRole('combobox', { name: 'On the allow list' }).click();
  await page.getByRole('option', { name: 'for all roles' }).click();
  await page.getByText('allowed for all').waitFor();
  const { allowlist, inherited_roles } = await metadata();
  assert.deepEqual(allowlist.map((e) => e.collection), ['mobile']);
  assert.deepEqual(inherited_roles[0].role_set, ['visitor']);
  assertClean(page);
});

test('the diagram shows neighbours and is saved as SVG', async () => {
  const page = await open();
  await page.at('diagram?table=public.order&depth=1');
  await page.locator('.react-flow__node').nth(2).waitFor();
  assert.equal(await page.locator('.react-flow__node').count(), 3);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'SVG' }).click(),
  ]);
  assert.match(await readFile(await download.path(), 'utf8'), /<svg[^]*customer_id/);
  assertClean(page);
});

test('a database is connected and disconnected; a wrong URL is told', async () => {
  const page = await open();
  await page.at('data');
  await page.getByRole('button', { name: 'Connect a database' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('second');
  await form.getByRole('textbox', { name: 'PostgreSQL URL' }).fill('postgres://127.0.0.1:1/nothing');
  await form.getByRole('button', { name: 'Connect' }).click();
  await form.getByRole('alert').waitFor();
  assert.deepEqual((await metadata()).sources.map((s) => s.name), ['default']);
  assertClean(page);
});

test('metadata is exported, cleared by name and imported again', async () => {
  const page = await open();
  await page.at('settings/metadata');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export metadata' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  await page.getByRole('button', { name: 'Clear metadata' }).click();
  await page.getByRole('dialog').getByText('all metadata of this server').waitFor();
  await page.getByRole('button', { name: 'Clear everything' }).click();
  await page.getByText('The metadata is empty').waitFor();
  assert.deepEqual((await metadata()).sources.flatMap((s) => s.tables), []);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Import metadata' }).click(),
  ]);
  await chooser.setFiles({ name: 'metadata.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Replace', exact: true }).click();
  await page.getByText('The metadata was replaced').waitFor();
  assert.deepEqual((await metadata()).sources, JSON.parse(text).sources);
  assertClean(page);
});

test('every page is accessible in light and dark', async () => {
  const table = 'data/default/public/order';
  const paths = ['data', 'data/default', 'data/default/~relationships', 'data/default/~functions',
    'data/default/~create', `${table}/rows`, `${table}/structure`, `${table}/relationships`,
    `${table}/permissions?role=visitor&action=select`, `${table}/settings`, 'sql', 'permissions',
    'diagram', 'start', 'settings/metadata', 'settings/inconsistent', 'settings/roles',
    'settings/collections', 'settings/about'];
  await assertPagesAccessible(paths);
});

test('without a database every room leads to one', async () => {
  await server.metadata('pg_drop_source', { name: 'default', cascade: true });
  const page = await open();
  await page.at('');
  await page.waitForURL(/\/console\/start$/);
  await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
  for (const room of ['SQL', 'Diagram']) {
    await page.getByRole('link', { name: room, exact: true }).click();
    await page.getByRole('heading', { name: room }).waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Go to the first steps' }).click();
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
  }
  assertClean(page);
});
