// Structure: tables created and changed, each change shown as SQL first; raw SQL; names in the API.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open, one } = await startSuite(async (server) => {
  await makeShop(server);
  await trackShop(server);
});

const runSql = (page) => page.getByRole('button', { name: 'Run this SQL' }).click();

test('a table is created, shown as SQL first, and tracked', async () => {
  const page = await open();
  await page.at('data/default/~create?schema=public');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('review');
  await page.getByLabel('Name of column 2').fill('stars');
  await page.getByLabel('Type').nth(1).fill('integer');
  await page.getByLabel('Default of column 2').fill('3');
  await page.getByRole('button', { name: 'Add column' }).click();
  await page.getByLabel('Name of column 3').fill('product_id');
  await page.getByLabel('Type').nth(2).fill('integer');
  await page.getByRole('button', { name: 'Add foreign key' }).click();
  await page.getByRole('combobox', { name: 'Referenced table' }).click();
  await page.getByRole('option', { name: 'public.product' }).click();
  await page.getByRole('combobox', { name: 'Column here' }).click();
  await page.getByRole('option', { name: 'product_id' }).click();
  await page.getByRole('button', { name: 'Add check' }).click();
  await page.getByLabel('Condition of check 1').fill('stars between 1 and 5');
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Show the SQL' }).click();
  await page.getByRole('dialog').getByText('create table').waitFor();
  assert.equal(await one("select to_regclass('public.review') is null"), 't');
  await runSql(page);
  await page.getByRole('heading', { name: 'review' }).waitFor();
  await page.getByText('review_product_id_fkey').waitFor();
  assert.equal((await server.post('/v1/graphql', { query: '{ review { id stars } }' })).errors, undefined);
  assertClean(page);
});

test('columns, keys and indexes are changed and dropped', async () => {
  const page = await open();
  await page.at('data/default/public/customer/structure');
  await page.getByRole('button', { name: 'Add column' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('points');
  await page.getByRole('dialog').getByLabel('Type').fill('integer');
  await page.getByRole('dialog').getByLabel('Default').fill('10');
  await page.getByRole('button', { name: 'Show the SQL' }).click();
  await runSql(page);
  await page.getByRole('button', { name: 'Edit points' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('credit');
  await page.getByRole('dialog').getByLabel('Type').fill('numeric(8,2)');
  await page.getByRole('button', { name: 'Show the SQL' }).click();
  await runSql(page);
  await page.getByRole('button', { name: 'Edit credit' }).waitFor();
  assert.equal(await one('select credit from customer where id = 1'), '10.00');
  await page.getByRole('button', { name: 'Create index' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Columns' }).click();
  await page.getByRole('option', { name: 'credit' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').getByLabel('Name').fill('by_credit');
  await page.getByRole('button', { name: 'Show the SQL' }).click();
  await runSql(page);
  await page.getByRole('button', { name: 'Drop by_credit' }).waitFor();
  await page.getByRole('button', { name: 'Drop credit' }).click();
  await page.getByText('The values of this column are lost.').waitFor();
  await runSql(page);
  await page.getByRole('button', { name: 'Edit credit' }).waitFor({ state: 'detached' });
  await assertAccessible(page);
  assertClean(page);
});

test('what PostgreSQL refuses is told and changes nothing', async () => {
  const page = await open();
  await page.at('data/default/public/customer/structure');
  await page.getByRole('button', { name: 'Edit name' }).click();
  await page.getByRole('dialog').getByLabel('Type').fill('integer');
  await page.getByRole('button', { name: 'Show the SQL' }).click();
  await runSql(page);
  await page.getByText(/invalid input syntax for type integer/).first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Edit name' }).waitFor();
});

test('raw SQL answers in a grid; what it creates is tracked; errors are PostgreSQL’s own', async () => {
  const page = await open();
  await page.at('sql');
  const editor = page.getByRole('textbox', { name: 'SQL' });
  await editor.fill('select id, name from product order by id limit 3');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('grid', { name: 'Result' }).getByText('Product 3').waitFor();
  await page.getByText('3 rows').waitFor();
  await editor.fill('create table tracked_by_sql (id int primary key)');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/tracked: tracked_by_sql/).waitFor();
  await editor.fill('selec 1');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText('syntax error at or near "selec"').waitFor();
  await page.getByLabel('Read only').check();
  await editor.fill("delete from category where name = 'tent'");
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/read-only transaction/).first().waitFor();
  await assertAccessible(page);
  await page.waitForURL(/sql=delete/);
  await page.reload();
  await page.getByRole('textbox', { name: 'SQL' }).getByText('delete from category').waitFor();
  assertClean(page);
});

test('a table gets other names in the API', async () => {
  const page = await open();
  await page.at('data/default/public/category/settings');
  await page.getByLabel('Name of the table').fill('kind');
  await page.getByLabel('Name of comment').fill('about');
  await page.getByLabel('Name of select', { exact: true }).fill('kinds');
  await page.getByRole('button', { name: 'Save the names' }).click();
  await page.getByText('The names were changed').waitFor();
  const answer = await server.post('/v1/graphql', { query: '{ kinds { about __typename } }' });
  assert.deepEqual(answer.data.kinds[0].__typename, 'kind');
  await assertAccessible(page);
  assertClean(page);
});

test('a table that is dropped is named first', async () => {
  const page = await open();
  await page.at('data/default/public/tracked_by_sql/settings');
  await page.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('public.tracked_by_sql and all its rows are lost.').waitFor();
  await runSql(page);
  await page.waitForURL(/data\/default\?schema=public/);
  assert.equal(await one("select to_regclass('public.tracked_by_sql') is null"), 't');
  assertClean(page);
});
