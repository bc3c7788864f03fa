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
  await dialog.getByRole('textbox', { name: 'id', exact: true }).fill('2');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.getByText(/missing session variable/).first().waitFor();
  await dialog.getByLabel('x-hasura-user-id').fill('4');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.getByText('The role does not see this row.').waitFor();
  await dialog.getByText('customer_id _eq "X-Hasura-User-Id"').waitFor();
  await dialog.getByText('3 and 4').waitFor();
  await assertAccessible(page);
  await dialog.getByLabel('x-hasura-user-id').fill('3');
  // What was said of another session is not said of this one.
  await dialog.getByText('The role does not see this row.').waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.getByText('The role sees this row.').waitFor();
  await dialog.getByText('customer_id: no select permission of the role is for it').waitFor();
  await assertAccessible(page);
  assertClean(page);
});

test('a row is asked why a role does not see it', async () => {
  const page = await open();
  await page.at('data/default/public/order/rows');
  await page.getByRole('button', { name: 'More on row 2', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Why does a role not see it?' }).click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByRole('textbox', { name: 'id', exact: true }).inputValue(), '2');
  await dialog.getByLabel('x-hasura-user-id').fill('1');
  await dialog.getByRole('button', { name: 'Ask' }).click();
  await dialog.getByText('The role does not see this row.').waitFor();
  assertClean(page);
});

test('every operator of the builder makes a rule that the server takes', async () => {
  await server.sql(`create table every (id int primary key, other int, word text, flag bool,
    document jsonb, list int[], at timestamptz)`);
  await server.metadata('pg_track_table', { source: 'default', table: 'every' });
  const page = await open();
  await page.at('data/default/public/every/permissions?role=all&action=select');
  const rows = page.getByRole('group', { name: 'Rows that are seen' });
  await rows.getByText('By a rule').click();
  await rows.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByRole('menuitem', { name: 'A column' }).click();
  const json = rows.getByRole('textbox', { name: /as JSON/ });
  const rule = async () => JSON.parse((await json.innerText()).replaceAll('\u00a0', ' '));
  const choose = async (label, option) => {
    await rows.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const values = { id: '7', word: 'a', flag: 'true', document: '{"a": 1}', list: '[1]', at: '2026-01-31' };
  const taken = [];
  for (const [column, value] of Object.entries(values)) {
    await choose('Column', column);
    await rows.getByRole('combobox', { name: 'Operator' }).click();
    const operators = await page.getByRole('option').allInnerTexts();
    await page.keyboard.press('Escape');
    for (const operator of operators) {
      await choose('Operator', operator);
      if (operator === '_cast') await rows.getByRole('combobox', { name: 'Value' }).fill('{"String": {"_like": "%a%"}}');
      else if (/^_c(eq|ne|[gl]te?)$/.test(operator)) await choose('Value', column);
      else if (operator !== '_is_null') {
        await rows.getByRole('combobox', { name: 'Value' }).fill(operator.startsWith('_has_key') ? 'a' : value);
        await page.keyboard.press('Escape');
      }
      const filter = await rule();
      assert.deepEqual(Object.keys(filter[column]), [operator]);
      taken.push(operator);
      await server.metadata('pg_create_select_permission', {
        source: 'default',
        table: 'every',
        role: 'tried',
        permission: { columns: ['id'], filter },
      });
      const answer = await server.post('/v1/graphql', { query: '{ every { id } }' }, { 'x-hasura-role': 'tried' });
      assert.equal(answer.errors, undefined, `${JSON.stringify(filter)}: ${JSON.stringify(answer.errors)}`);
      await server.metadata('pg_drop_select_permission', { source: 'default', table: 'every', role: 'tried' });
    }
  }
  for (const operator of ['_in', '_iregex', '_has_keys_all', '_contained_in', '_clte', '_cast']) {
    assert.ok(taken.includes(operator), operator);
  }
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
