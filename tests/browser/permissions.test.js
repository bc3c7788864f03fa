// Permissions: given by the builder and by JSON, tried as the role, explained, cloned, removed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open } = await startSuite(async (server) => {
  await makeShop(server);
  await trackShop(server);
});

const table = async (name) => {
  const { sources } = await server.metadata('export_metadata');
  return sources[0].tables.find((t) => t.table.name === name);
};
const saved = (page) => page.getByText('The permission was saved').last().waitFor();

test('a role gets its first permission by the builder, and is seen through its eyes', async () => {
  const page = await open();
  await page.at('data/default/public/order/permissions');
  await page.getByLabel('Name of a new role').fill('buyer');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const rows = page.getByRole('group', { name: 'Rows that are seen' });
  await rows.getByText('By a rule').click();
  await rows.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByRole('menuitem', { name: 'A column' }).click();
  await rows.getByRole('combobox', { name: 'Column' }).click();
  await page.getByRole('option', { name: 'customer_id' }).click();
  await rows.getByRole('combobox', { name: 'Value' }).or(rows.getByRole('textbox', { name: 'Value' })).first().fill('X-Hasura-User-Id');
  await page.keyboard.press('Escape');
  const columns = page.getByRole('group', { name: 'Columns' });
  for (const name of ['id', 'status']) await columns.getByLabel(name, { exact: true }).check();
  await page.getByLabel('Rows per request').fill('100');
  await page.getByRole('button', { name: 'Save permission' }).click();
  await saved(page);
  const [{ permission }] = (await table('order')).select_permissions;
  assert.deepEqual(permission, {
    columns: ['id', 'status'],
    filter: { customer_id: { _eq: 'X-Hasura-User-Id' } },
    limit: 100,
  });
  await page.getByRole('button', { name: 'buyer select: some' }).waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Try as this role' }).click();
  await page.getByRole('button', { name: 'Session variables' }).click();
  await page.getByRole('button', { name: 'Add a variable' }).click();
  await page.getByLabel('Value of the variable').fill('3');
  await page.keyboard.press('Escape');
  await page.getByRole('grid').getByText('302', { exact: true }).waitFor();
  assertClean(page);
});

test('builder and JSON are kept in step, and what is no JSON is not saved', async () => {
  const page = await open();
  await page.at('data/default/public/order/permissions?role=buyer&action=select');
  const rows = page.getByRole('group', { name: 'Rows that are seen' });
  const json = rows.getByRole('textbox', { name: /as JSON/ });
  await json.fill('{"_or": [{"status": {"_eq": "open"}}, {"customer_of": {"name": {"_like": "A%"}}}]}');
  await rows.getByRole('combobox', { name: 'How the conditions are joined' }).waitFor();
  await rows.getByText('the row of customer_of').waitFor();
  await rows.getByRole('button', { name: 'Remove this condition' }).first().click();
  await page.waitForFunction(() => !document.querySelector('[aria-label$="as JSON"]').textContent.includes('open'));
  assert.match(await json.textContent(), /customer_of/);
  await json.fill('{"_or": ');
  assert.equal(await page.getByRole('button', { name: 'Save permission' }).isDisabled(), true);
  await json.fill('{"nothing_there": {"_eq": 1}}');
  await page.getByRole('button', { name: 'Save permission' }).click();
  await page.getByRole('alert').getByText(/nothing_there/).first().waitFor();
  // What was there before is still in force.
  const [{ permission }] = (await table('order')).select_permissions;
  assert.deepEqual(permission.filter, { customer_id: { _eq: 'X-Hasura-User-Id' } });
  assertClean(page);
});

test('it is told why a row is hidden', async () => {
  const page = await open();
  await page.at('data/default/public/order/permissions?role=buyer&action=select');
  await page.getByRole('button', { name: 'Why is a row hidden?' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('id', { exact: true }).or(dialog.getByRole('textbox', { name: 'id' })).first().fill('2');
  await dialog.getByLabel('x-hasura-user-id').fill('4');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.getByText(/does not see this row/).waitFor();
  await dialog.getByLabel('x-hasura-user-id').fill('3');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.getByText('The role sees this row.').waitFor();
  await assertAccessible(page);
  assertClean(page);
});

test('presets, clones and removal', async () => {
  const page = await open();
  await page.at('data/default/public/order/permissions?role=buyer&action=insert');
  await page.getByRole('group', { name: 'Columns' }).getByLabel('status').check();
  await page.getByRole('button', { name: 'Add preset' }).click();
  await page.getByRole('combobox', { name: 'Column of preset 1' }).click();
  await page.getByRole('option', { name: 'customer_id' }).click();
  await page.getByRole('textbox', { name: 'Value of preset 1' }).or(page.getByRole('combobox', { name: 'Value of preset 1' })).first().fill('x-hasura-user-id');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save permission' }).click();
  await saved(page);
  assert.deepEqual((await table('order')).insert_permissions[0].permission, {
    check: {},
    columns: ['status'],
    set: { customer_id: 'x-hasura-user-id' },
  });
  const answer = await server.post(
    '/v1/graphql',
    { query: 'mutation { insert_order_one(object: {status: "new"}) { id } }' },
    { 'x-hasura-role': 'buyer', 'x-hasura-user-id': '9' },
  );
  assert.equal(answer.errors, undefined);
  await page.getByRole('button', { name: 'Clone' }).click();
  await page.getByRole('dialog').getByLabel('To roles').fill('seller');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Clone to 1' }).click();
  await page.getByRole('button', { name: 'seller insert: some' }).waitFor();
  await page.getByRole('button', { name: 'Remove permission' }).click();
  await page.getByRole('dialog').getByText('buyer · insert · public.order').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'buyer insert: nothing' }).waitFor();
  assert.deepEqual((await table('order')).insert_permissions.map((e) => e.role), ['seller']);
  assertClean(page);
});

test('the summary shows all tables and leads to each permission', async () => {
  const page = await open();
  await page.at('permissions');
  await assertAccessible(page);
  await page.getByRole('link', { name: 'order: buyer select, some' }).click();
  await page.getByRole('heading', { name: 'buyer · select' }).waitFor();
  assertClean(page);
});

test('a webhook is asked before rows are written', async () => {
  const { createServer } = await import('node:http');
  const seen = [];
  const hook = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ key: request.headers['x-key'], body: JSON.parse(body) });
    answer.writeHead(400, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ message: 'too cheap' }));
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
  try {
    const page = await open();
    await page.at('data/default/public/product/permissions?role=maker&action=insert');
    await page.getByRole('group', { name: 'Columns' }).getByRole('button', { name: 'All' }).click();
    const validation = page.getByRole('group', { name: 'Validation by a webhook' });
    await validation.getByRole('switch', { name: 'Ask a webhook first' }).check();
    assert.equal(await page.getByRole('button', { name: 'Save permission' }).isDisabled(), true);
    await validation.getByRole('textbox', { name: 'URL of the webhook' }).fill(`http://127.0.0.1:${hook.address().port}/`);
    await validation.getByRole('textbox', { name: 'Seconds to wait' }).fill('5');
    await validation.getByRole('button', { name: 'Add header' }).click();
    await validation.getByLabel('Name of header 1').fill('x-key');
    await validation.getByLabel('Value of header 1').fill('k1');
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Save permission' }).click();
    await saved(page);
    const entry = (await table('product')).insert_permissions.find((p) => p.role === 'maker');
    assert.equal(entry.permission.validate_input.definition.timeout, 5);
    const answer = await server.post(
      '/v1/graphql',
      { query: 'mutation { insert_product(objects: [{name: "x", price: "1"}]) { affected_rows } }' },
      { 'x-hasura-role': 'maker' },
    );
    assert.equal(answer.errors[0].message, 'too cheap');
    assert.deepEqual(seen.map(({ key, body }) => [key, body.role, body.data.input[0].name]), [['k1', 'maker', 'x']]);
    await page.reload();
    await validation.getByRole('switch', { name: 'Ask a webhook first' }).uncheck();
    await page.getByRole('button', { name: 'Save permission' }).click();
    await page.waitForFunction(() => document.body.textContent.includes('The permission was saved'));
    const after = (await table('product')).insert_permissions.find((p) => p.role === 'maker');
    assert.equal(after.permission.validate_input, undefined);
    assertClean(page);
  } finally {
    hook.close();
    hook.closeAllConnections();
  }
});
