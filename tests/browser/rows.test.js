// Rows: read, filtered, sorted, written, exported, imported, and seen as a role sees them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open, one } = await startSuite(async (server) => {
  await makeShop(server);
  await trackShop(server);
  await server.metadata('pg_create_select_permission', {
    source: 'default',
    table: 'order',
    role: 'buyer',
    permission: { columns: ['id', 'status'], filter: { customer_id: { _eq: 'X-Hasura-User-Id' } } },
  });
});

const rows = (page, table) => page.getByRole('grid', { name: `Rows of ${table}` });
const cell = (page, table, row, column) =>
  rows(page, table).locator(`[aria-rowindex="${row + 1}"] [role=gridcell][id$="-${row - 1}-${column}"]`);

test('rows are filtered and sorted, and the address keeps it', async () => {
  const page = await open();
  await page.at('data/default/public/customer/rows');
  await page.getByText('300 rows').waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Column', { exact: true }).first().click();
  await page.getByRole('option', { name: 'name', exact: true }).click();
  await page.getByLabel('Comparison').first().click();
  await page.getByRole('option', { name: 'contains' }).click();
  await page.getByLabel('Value', { exact: true }).fill('Customer 12');
  await page.keyboard.press('Enter');
  await page.getByText(/^11 rows/).waitFor();
  await rows(page, 'customer').getByRole('button', { name: 'id integer' }).click();
  await rows(page, 'customer').getByRole('button', { name: 'id integer' }).click();
  await cell(page, 'customer', 1, 1).getByText('Customer 129').waitFor();
  await page.reload();
  await cell(page, 'customer', 1, 1).getByText('Customer 129').waitFor();
  await page.getByText(/^11 rows/).waitFor();
  await assertAccessible(page);
  assertClean(page);
});

test('pages follow each other', async () => {
  const page = await open();
  await page.at('data/default/public/customer/rows?size=20');
  await cell(page, 'customer', 1, 0).getByText('1', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await cell(page, 'customer', 1, 0).getByText('21', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Page before' }).click();
  await cell(page, 'customer', 1, 0).getByText('1', { exact: true }).waitFor();
  assertClean(page);
});

test('a cell is edited in its place by keyboard; a refused value changes nothing', async () => {
  const page = await open();
  await page.at('data/default/public/product/rows');
  await cell(page, 'product', 1, 1).click();
  await rows(page, 'product').focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('name', { exact: true }).fill("Tent 'Fjord'");
  await page.keyboard.press('Enter');
  await cell(page, 'product', 1, 1).getByText("Tent 'Fjord'").waitFor();
  assert.equal(await one('select name from product where id = 1'), "Tent 'Fjord'");
  // One goes on by keyboard, and mends what was refused where it was typed.
  await page.getByLabel('name', { exact: true }).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const price = page.getByLabel('price', { exact: true });
  await price.fill('-1');
  await page.keyboard.press('Enter');
  await page.getByText(/product_price_check/).first().waitFor();
  assert.equal(await one('select price from product where id = 1'), '1.50');
  assert.equal(await price.inputValue(), '-1');
  await page.keyboard.press('Escape');
  await price.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F2');
  await price.fill('2.50');
  await page.keyboard.press('Enter');
  await cell(page, 'product', 2, 2).getByText('2.50').waitFor();
  assert.equal(await one('select price from product where id = 2'), '2.50');
  assertClean(page);
});

test('a cell is edited while another one is being saved', async () => {
  const page = await open();
  await page.at('data/default/public/product/rows');
  await cell(page, 'product', 5, 1).waitFor();
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route('**/v2/query', async (route) => {
    if (route.request().postDataJSON().type === 'update') await held;
    await route.continue();
  });
  await cell(page, 'product', 5, 1).dblclick();
  await page.getByLabel('name', { exact: true }).fill('Fifth');
  await page.keyboard.press('Enter');
  await cell(page, 'product', 6, 1).dblclick();
  const name = page.getByLabel('name', { exact: true });
  await name.fill('Sixth');
  go();
  await cell(page, 'product', 5, 1).getByText('Fifth').waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(await name.inputValue(), 'Sixth');
  await name.press('Enter');
  await cell(page, 'product', 6, 1).getByText('Sixth').waitFor();
  assert.equal(await one("select string_agg(name, ',' order by id) from product where id in (5, 6)"), 'Fifth,Sixth');
  assertClean(page);
});

test('a row is inserted, cloned and deleted', async () => {
  const page = await open();
  await page.at('data/default/public/customer/rows');
  await page.getByRole('button', { name: 'Insert row' }).click();
  const form = page.getByRole('dialog', { name: 'Insert a row into customer' });
  await form.getByLabel('name', { exact: true }).fill('Ada');
  await form.getByLabel('email', { exact: true }).fill('ada@example.org');
  await form.getByLabel('address').fill('{"city": "London"}');
  await form.getByRole('button', { name: 'Insert', exact: true }).click();
  await page.getByText('301 rows').waitFor();
  assert.equal(await one("select address->>'city' from customer where name = 'Ada'"), 'London');

  await page.at('data/default/public/customer/rows?filters=[{"c":"name","o":"=","v":"Ada"}]');
  await page.getByRole('button', { name: 'More on row 1' }).click();
  await page.getByRole('menuitem', { name: 'Clone' }).click();
  const clone = page.getByRole('dialog', { name: 'Clone a row of customer' });
  await clone.getByRole('button', { name: 'Insert', exact: true }).click();
  await clone.getByText(/duplicate key value/).first().waitFor();
  await clone.getByLabel('email', { exact: true }).fill('ada2@example.org');
  await clone.getByRole('button', { name: 'Insert', exact: true }).click();
  await page.getByText(/^2 rows/).waitFor();

  await page.getByLabel('Select all').check();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  const question = page.getByRole('dialog', { name: 'Delete 2 rows?' });
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Nothing fits the filter.').waitFor();
  assert.equal(await one("select count(*) from customer where name = 'Ada'"), '0');
  assertClean(page);
});

test('one gets from a row to those it belongs with', async () => {
  const page = await open();
  await page.at('data/default/public/order/rows');
  await page.getByRole('link', { name: 'Row of customer' }).first().click();
  await page.getByRole('heading', { name: 'customer' }).waitFor();
  await page.getByText(/^1 row /).waitFor();
  await page.getByRole('button', { name: 'More on row 1' }).click();
  await page.getByRole('menuitem', { name: 'order (customer_id)' }).click();
  await page.getByRole('heading', { name: 'order' }).waitFor();
  await page.getByText(/^2 rows/).waitFor();
  assertClean(page);
});

test('what is exported can be imported', async () => {
  const page = await open();
  await page.at('data/default/public/category/rows');
  const files = {};
  for (const format of ['CSV', 'JSON']) {
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: format }).click(),
    ]);
    files[format] = await readFile(await download.path(), 'utf8');
  }
  assert.equal(files.CSV, 'name,comment\r\nstove,Cook outside\r\ntent,Sleep outside\r\n');
  assert.deepEqual(JSON.parse(files.JSON)[1], { name: 'tent', comment: 'Sleep outside' });
  await page.getByRole('button', { name: 'Import' }).click();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('dialog').getByLabel('File').click(),
  ]);
  await chooser.setFiles({
    name: 'more.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('name,comment,colour\nlamp,"Light, outside",red\nrope,,\n'),
  });
  await page.getByText(/Left out, as the table has no such columns: colour/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await page.getByText('4 rows').first().waitFor();
  assert.equal(await one("select comment from category where name = 'lamp'"), 'Light, outside');
  assertClean(page);
});

test('rows are seen as a role sees them', async () => {
  const page = await open();
  await page.at('data/default/public/order/rows?role=buyer');
  await page.getByRole('button', { name: 'Session variables' }).click();
  await page.getByRole('button', { name: 'Add a variable' }).click();
  await page.getByLabel('Value of the variable').fill('3');
  await page.keyboard.press('Escape');
  await rows(page, 'order').getByText('302', { exact: true }).waitFor();
  assert.equal(await rows(page, 'order').getAttribute('aria-rowcount'), '3');
  assert.equal(await rows(page, 'order').getByRole('columnheader', { name: /customer_id/ }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Insert row' }).count(), 0);
  assertClean(page);
});

test('columns are hidden, and the address keeps it', async () => {
  const page = await open();
  await page.at('data/default/public/product/rows');
  const grid = rows(page, 'product');
  await grid.getByRole('columnheader', { name: /description/ }).waitFor();
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  for (const name of ['id', 'description', 'tags']) await page.getByLabel(name, { exact: true }).uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '4 of 7 columns' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: '4 of 7 columns' }).waitFor();
  assert.equal(await grid.getByRole('columnheader', { name: /description|tags/ }).count(), 0);
  // What stands first now is the name; the hidden key still tells the rows apart.
  await cell(page, 'product', 3, 0).dblclick();
  await page.getByLabel('name', { exact: true }).fill('Third');
  await page.keyboard.press('Enter');
  await cell(page, 'product', 3, 0).getByText('Third').waitFor();
  assert.equal(await one('select name from product where id = 3'), 'Third');
  await assertAccessible(page);
  await page.getByRole('button', { name: '4 of 7 columns' }).click();
  await page.getByRole('button', { name: 'Show all' }).click();
  await grid.getByRole('columnheader', { name: /tags/ }).waitFor();
  assertClean(page);
});

test('selected rows get a value together, and are exported and copied', async () => {
  const page = await open();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.at('data/default/public/product/rows?filters=[{"c":"id","o":">=","v":"30"}]');
  await page.getByText(/^11 rows/).waitFor();
  const select = async (...numbers) => {
    for (const number of numbers) await page.getByRole('checkbox', { name: `Select row ${number}`, exact: true }).check();
  };
  await select(2, 3);
  await page.getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Edit a column' }).click();
  const form = page.getByRole('dialog', { name: 'Edit a column of 2 rows' });
  await form.getByRole('combobox', { name: 'Column' }).click();
  await page.getByRole('option', { name: 'price' }).click();
  await form.getByLabel('price', { exact: true }).fill('-5');
  await form.getByRole('button', { name: 'Change 2 rows' }).click();
  await form.getByText(/product_price_check/).first().waitFor();
  assert.equal(await one('select count(*) from product where price = 77.7'), '0');
  await form.getByLabel('price', { exact: true }).fill('77.7');
  await assertAccessible(page);
  await form.getByRole('button', { name: 'Change 2 rows' }).click();
  await page.getByText('2 rows changed').waitFor();
  assert.equal(await one("select string_agg(id::text, ',' order by id) from product where price = 77.7"), '31,32');

  await page.getByText('2 selected').waitFor({ state: 'detached' });
  await select(4, 11);
  const choose = async (item) => {
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };
  const [download] = await Promise.all([page.waitForEvent('download'), choose('Selected as CSV')]);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  assert.deepEqual(lines.map((line) => line.split(',')[0]), ['id', '33', '40']);
  await choose('Copy as JSON');
  await page.getByText('2 rows copied').waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual(copied.map((row) => [row.id, row.tags]), [[33, '{tag0}'], [40, '{tag1}']]);
  assertClean(page);
});

test('a long number in jsonb keeps its digits through the editor', async () => {
  await server.sql(`update customer set address = '{"account": 12345678901234567890, "rate": 1.50}' where id = 1`);
  const page = await open();
  await page.at('data/default/public/customer/rows');
  await page.getByRole('button', { name: 'Edit row 1', exact: true }).click();
  const form = page.getByRole('dialog');
  const address = form.getByLabel('address');
  await address.fill((await address.innerText()).replace('}', ', "city": "Here"}'));
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The row was changed').waitFor();
  assert.equal(
    await one('select address from customer where id = 1'),
    '{"city": "Here", "rate": 1.50, "account": 12345678901234567890}',
  );
  assertClean(page);
});

test('files of spreadsheets are imported as they are, broken ones with the place of what is wrong', async () => {
  const page = await open();
  await server.sql('create table note (id int primary key, ok bool, text text, data jsonb)');
  await server.metadata('pg_track_table', { source: 'default', table: 'note' });
  await page.at('data/default/public/note/rows');
  const choose = async (name, buffer) => {
    await page.getByRole('button', { name: 'Import', exact: true }).first().click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('dialog').getByLabel('File').click(),
    ]);
    await chooser.setFiles({ name, mimeType: 'text/csv', buffer });
  };
  await choose('broken.csv', Buffer.from('id,ok\n1,true\n2,perhaps\n'));
  await page.getByRole('alert').getByText('Line 3: ok is neither true nor false').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  // What a spreadsheet in Europe saves: semicolons, another encoding, empty texts in quotes.
  await choose('excel.csv', Buffer.from('id;ok;text\r\n1;yes;Größe\r\n2;no;""\r\n3;;\r\n', 'latin1'));
  await page.getByText('it was read as windows-1252').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await page.getByText('3 rows imported').waitFor();
  await choose('lines.ndjson', Buffer.from('{"id": 4, "data": {"n": 12345678901234567890}}\n{"id": 5}\n'));
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await page.getByText('2 rows imported').waitFor();
  const { result } = await server.sql(`select string_agg(concat_ws('|', id, ok, coalesce(text, '-'), data), ' ' order by id) from note`);
  assert.equal(result[1][0], '1|t|Größe 2|f| 3|- 4|-|{"n": 12345678901234567890} 5|-');
  assertClean(page);
});
