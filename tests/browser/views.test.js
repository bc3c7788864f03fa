// Views: made, changed, refreshed, dropped; each shown as SQL first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open, one } = await startSuite(async (server) => {
  await makeShop(server);
  await trackShop(server);
});

const query = (page) => page.getByRole('textbox', { name: 'Query of the view' });
const showSql = (page) => page.getByRole('button', { name: 'Show the SQL' }).click();
const runSql = (page) => page.getByRole('button', { name: 'Run this SQL' }).click();
const rows = (page, view) => page.getByRole('grid', { name: `Rows of ${view}` });
const ask = (text) => server.post('/v1/graphql', { query: text });

test('a view is created, shown as SQL first, tracked, and changed', async () => {
  const page = await open();
  await page.at('data/default?schema=public');
  await page.getByRole('link', { name: 'New view' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('cheap');
  await page.getByRole('textbox', { name: 'Comment' }).fill('Below 10');
  await query(page).fill('select id, name from product where price < 10;');
  await showSql(page);
  await page.getByRole('dialog').getByText('create view public.cheap as').waitFor();
  assert.equal(await one("select to_regclass('cheap') is null"), 't');
  await runSql(page);
  await rows(page, 'cheap').getByText('Product 6').waitFor();
  assert.equal(await one("select obj_description('cheap'::regclass)"), 'Below 10');
  assert.deepEqual(await ask('{ cheap_aggregate { aggregate { count } } }'), {
    data: { cheap_aggregate: { aggregate: { count: 6 } } },
  });

  await page.at('data/default/public/cheap/structure');
  await page.getByRole('link', { name: 'Edit definition' }).click();
  await page.getByRole('heading', { name: 'View cheap' }).waitFor();
  await query(page).fill('select id, name, price from product where price < 5');
  await assertAccessible(page);
  await showSql(page);
  await page.getByRole('dialog').getByText('create or replace view public.cheap as').waitFor();
  await runSql(page);
  await rows(page, 'cheap').getByRole('columnheader', { name: /price/ }).waitFor();
  assert.equal(await one('select count(*) from cheap'), '3');
  assertClean(page);
});

test('columns are taken away by dropping the view first; its permissions stay', async () => {
  await server.metadata('pg_create_select_permission', {
    source: 'default',
    table: 'cheap',
    role: 'visitor',
    permission: { columns: ['name'], filter: {} },
  });
  const page = await open();
  await page.at('data/default/~view?schema=public&view=cheap');
  await query(page).fill('select name from product where price < 5');
  await showSql(page);
  await runSql(page);
  await page.getByText(/cannot drop columns from view/).first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByLabel('Drop it first').check();
  await showSql(page);
  await page.getByText('The view is dropped and made anew').waitFor();
  await runSql(page);
  await rows(page, 'cheap').waitFor();
  const answer = await server.post('/v1/graphql', { query: '{ cheap { name } }' }, { 'x-hasura-role': 'visitor' });
  assert.equal(answer.data.cheap.length, 3);
  assert.equal(await one("select obj_description('cheap'::regclass)"), 'Below 10');
  assertClean(page);
});

test('a materialised view is created, refreshed, changed with its index, and dropped', async () => {
  const page = await open();
  await page.at('data/default/~view?schema=public');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('totals');
  await page.getByRole('switch', { name: 'Materialised' }).check();
  await query(page).fill('select count(*) as products from product');
  await showSql(page);
  await page.getByRole('dialog').getByText('create materialized view public.totals as').waitFor();
  await runSql(page);
  await rows(page, 'totals').getByText('40', { exact: true }).waitFor();
  await server.sql("create index totals_by_count on totals (products); insert into product (name, price) values ('New', 1)");
  assert.equal(await one('select products from totals'), '40');
  await page.at('data/default/public/totals/structure');
  await page.getByRole('button', { name: 'Refresh its rows' }).click();
  await runSql(page);
  await page.getByText('totals was refreshed').waitFor();
  assert.equal(await one('select products from totals'), '41');
  await page.getByRole('link', { name: 'Edit definition' }).click();
  await query(page).fill('select count(*) as products, max(price) as dearest from product');
  await showSql(page);
  await runSql(page);
  await rows(page, 'totals').getByRole('columnheader', { name: /dearest/ }).waitFor();
  assert.equal(await one("select to_regclass('totals_by_count') is null"), 'f');
  await page.at('data/default/public/totals/settings');
  await page.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('public.totals is lost; the tables it reads stay as they are.').waitFor();
  await runSql(page);
  await page.waitForURL(/data\/default\?schema=public/);
  assert.equal(await one("select to_regclass('totals') is null"), 't');
  assertClean(page);
});

test('the page is accessible in light and dark, and says when there is no such view', async () => {
  for (const dark of [false, true]) {
    const page = await open({ dark });
    await page.at('data/default/~view');
    await page.locator('h1').waitFor();
    await query(page).waitFor();
    await assertAccessible(page);
    await page.at('data/default/~view?schema=public&view=product');
    await page.getByText('There is no view of this name').waitFor();
    assertClean(page);
    await page.context().close();
  }
});
