// Native queries and logical models: made, changed, granted, dropped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { execute } from './support/graphiql.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open, metadata, assertPagesAccessible } = await startSuite(async (server) => {
  await makeShop(server);
  await trackShop(server);
});

const ask = async (query, headers) => {
  const answer = await server.post('/v1/graphql', { query }, headers);
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer;
};
const source = async () => (await metadata()).sources[0];
const editor = (page, label) => page.getByRole('textbox', { name: label });
const field = (page, name) => page.getByLabel(name, { exact: true });
const type = (page, name) => page.getByRole('combobox', { name });

test('a native query is made with its logical model, whose fields are read from the SQL', async () => {
  const page = await open();
  await page.at('data/default/~native');
  await page.getByRole('link', { name: 'New native query' }).click();
  await page.getByRole('textbox', { name: 'Root field' }).fill('sales');
  await editor(page, 'SQL').fill(
    'select customer_id, count(*) as orders from "order" where customer_id >= {{least}} group by 1',
  );
  await page.getByText('arguments that are not declared: least').waitFor();
  await page.getByRole('button', { name: 'Declare them' }).click();
  await type(page, 'Type of argument 1').fill('integer');
  await page.keyboard.press('Escape');
  await field(page, 'Description of argument 1').fill('the first customer');
  await page.getByLabel('Name of the logical model').fill('sale');
  await page.getByRole('button', { name: 'Read the fields from the SQL' }).click();
  await field(page, 'Name of field 2').waitFor();
  assert.equal(await type(page, 'Type of field 2').inputValue(), 'bigint');
  await field(page, 'field 1 is nullable').uncheck();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Create native query' }).click();
  await page.getByRole('heading', { name: 'sales' }).waitFor();
  const { native_queries, logical_models } = await source();
  assert.deepEqual(native_queries[0].arguments, {
    least: { description: 'the first customer', nullable: false, type: 'integer' },
  });
  assert.deepEqual(
    logical_models[0].fields.map((f) => [f.name, f.type]),
    [
      ['customer_id', { nullable: false, scalar: 'integer' }],
      ['orders', { nullable: true, scalar: 'bigint' }],
    ],
  );
  await page.getByRole('link', { name: 'Try it' }).click();
  await execute(page);
  await page.locator('.result-window').getByText('"customer_id"').first().waitFor();
  assertClean(page);
});

test('what PostgreSQL says of wrong SQL is shown, and nothing changes', async () => {
  const page = await open();
  await page.at('data/default/~native/sales');
  await editor(page, 'SQL').fill('select customer_id, {{least}}::bigint as orders from nowhere');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText(/"nowhere" does not exist/).first().waitFor();
  assert.match((await source()).native_queries[0].code, /from "order"/);
  // Its own name, arguments and SQL are changed together.
  await editor(page, 'SQL').fill('select 7 as customer_id, {{many}}::bigint as orders');
  await field(page, 'Name of argument 1').fill('many');
  await field(page, 'argument 1 is nullable').check();
  await page.getByRole('textbox', { name: 'Root field' }).fill('sold');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'sold' }).waitFor();
  const answer = await ask('{ sold(args: {many: 3}) { customer_id orders } }');
  assert.deepEqual(answer, { data: { sold: [{ customer_id: 7, orders: 3 }] } });
  assertClean(page);
});

test('a native query leads to a table, and a table to a native query', async () => {
  const page = await open();
  await page.at('data/default/~native/sold');
  await page.getByRole('button', { name: 'Add relationship' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Name' }).fill('customer');
  await form.getByRole('combobox', { name: 'Other table or native query' }).click();
  await page.getByRole('option', { name: 'public.customer' }).click();
  await form.getByLabel('Column here').click();
  await page.getByRole('option', { name: 'customer_id' }).click();
  await form.getByLabel('Column there').click();
  await page.getByRole('option', { name: 'id', exact: true }).click();
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('→ public.customer (customer_id = id)').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('sold was saved').waitFor();
  const there = await ask('{ sold(args: {many: 1}) { customer { id } } }');
  assert.deepEqual(there, { data: { sold: [{ customer: { id: 7 } }] } });

  await page.at('data/default/public/customer/relationships');
  await page.getByRole('button', { name: 'Add by hand' }).click();
  await form.getByText('Many rows').click();
  await form.getByRole('textbox', { name: 'Name' }).fill('sales');
  await form.getByRole('combobox', { name: 'Other table or native query' }).click();
  await page.getByRole('option', { name: 'sold' }).click();
  await form.getByLabel('Column here').click();
  await page.getByRole('option', { name: 'id', exact: true }).click();
  await form.getByLabel('Column there').click();
  await page.getByRole('option', { name: 'customer_id' }).click();
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('→ sold (id = customer_id)').waitFor();
  const back = await ask('{ customer(where: {id: {_eq: 7}}) { sales(args: {many: 2}) { orders } } }');
  assert.deepEqual(back, { data: { customer: [{ sales: [{ orders: 2 }] }] } });
  assertClean(page);
});

test('a role sees of a logical model what it is granted', async () => {
  const page = await open();
  await page.at('data/default/~models');
  await page.getByRole('link', { name: 'sale', exact: true }).click();
  await page.getByRole('navigation', { name: 'Parts of the logical model' })
    .getByRole('link', { name: 'Permissions' }).click();
  await page.getByLabel('Name of a new role').fill('seller');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const rule = page.getByRole('group', { name: 'Rows that are seen' });
  await rule.getByText('By a rule').click();
  await rule.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByRole('menuitem', { name: 'A column' }).click();
  await rule.getByRole('textbox', { name: 'Value' }).or(rule.getByRole('combobox', { name: 'Value' })).first()
    .fill('X-Hasura-User-Id');
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: 'Columns' }).getByLabel('orders').check();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Save permission' }).click();
  await page.getByText('The permission was saved').waitFor();
  const as = (user) => ({ 'x-hasura-role': 'seller', 'x-hasura-user-id': user });
  const query = '{ sold(args: {many: 4}) { orders } }';
  assert.deepEqual(await ask(query, as('7')), { data: { sold: [{ orders: 4 }] } });
  assert.deepEqual(await ask(query, as('8')), { data: { sold: [] } });

  // The permission stays when the model is changed, and refuses a change that it cannot follow.
  await page.at('data/default/~models/sale');
  await page.getByRole('textbox', { name: 'Description', exact: true }).fill('What was sold');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('sale was saved').waitFor();
  const [model] = (await source()).logical_models;
  assert.equal(model.description, 'What was sold');
  assert.deepEqual(model.select_permissions.map((p) => p.permission.columns), [['orders']]);
  await page.getByRole('button', { name: 'Remove field 2' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText(/orders/).first().waitFor();
  assert.equal((await source()).logical_models[0].fields.length, 2);
  assertClean(page);
});

test('what is needed cannot be dropped; what is dropped is named first', async () => {
  const page = await open();
  await page.at('data/default/~models/sale');
  await page.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText(/still being used by following native queries: sold/).waitFor();
  await page.at('data/default/public/customer/relationships');
  await page.getByRole('button', { name: 'Drop sales' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('sales was dropped').waitFor();
  await page.at('data/default/~native/sold');
  await page.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByRole('dialog').getByText('sold', { exact: true }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('No native query yet').waitFor();
  await page.at('data/default/~models/sale');
  await page.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('No logical model yet').waitFor();
  const { native_queries = [], logical_models = [] } = await source();
  assert.deepEqual([native_queries, logical_models], [[], []]);
  assertClean(page);
});

test('a logical model is made by hand, and its fields may lead to rows of another', async () => {
  const page = await open();
  await page.at('data/default/~models/~new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('node');
  await field(page, 'Name of field 1').fill('id');
  await type(page, 'Type of field 1').fill('integer');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Add field' }).click();
  await field(page, 'Name of field 2').fill('children');
  await page.getByRole('combobox', { name: 'Kind of field 2' }).click();
  await page.getByRole('option', { name: 'many rows of' }).click();
  await type(page, 'Type of field 2').or(page.getByRole('textbox', { name: 'Type of field 2' })).first().click();
  await page.getByRole('option', { name: 'node' }).click();
  await page.getByRole('button', { name: 'Create logical model' }).click();
  await page.getByRole('heading', { name: 'node' }).waitFor();
  assert.deepEqual((await source()).logical_models[0].fields[1].type, {
    array: { logical_model: 'node', nullable: false },
    nullable: false,
  });
  assertClean(page);
});

test('the pages are accessible in light and dark', async () => {
  await server.metadata('pg_track_native_query', {
    root_field_name: 'nodes',
    returns: 'node',
    code: 'select 1 as id where coalesce({{depth}}, 1) > 0',
    arguments: { depth: { type: 'integer', nullable: true } },
    array_relationships: [
      { name: 'children', using: { remote_native_query: 'nodes', column_mapping: { id: 'id' } } },
    ],
  });
  const paths = ['~native', '~models', '~native/~new', '~native/nodes', '~models/~new', '~models/node',
      '~models/node/permissions?role=seller'];
  await assertPagesAccessible(paths.map((path) => `data/default/${path}`));
});
