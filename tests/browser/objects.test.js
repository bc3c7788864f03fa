// Objects of the metadata: databases, enums, relationships by hand, functions, computed fields,
// what does not fit; and live queries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertClean } from './support/browser.js';
import { execute } from './support/graphiql.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, open, one, metadata } = await startSuite(async (server) => {
  await makeShop(server);
  await server.sql(`
    create function reprice(factor numeric, who json) returns setof product language sql volatile as
      $$ update product set price = round(price * factor, 2), description = who->>'x-hasura-user-id'
         where id = 1 returning * $$;
    create function greeting(c customer, who json) returns text language sql stable as
      $$ select 'Hello ' || c.name || ', says ' || (who->>'x-hasura-role') $$;`);
  await trackShop(server);
  await server.metadata('pg_create_select_permission', {
    source: 'default',
    table: 'product',
    role: 'clerk',
    permission: { columns: ['id', 'price', 'description'], filter: {} },
  });
});

const ask = (query, headers) => server.post('/v1/graphql', { query }, headers);
const tracked = async (name) =>
  (await metadata()).sources[0].tables.find((t) => t.table.name === name);
const clerk = { 'x-hasura-role': 'clerk', 'x-hasura-user-id': '5' };

test('a database is connected, changed and disconnected', async () => {
  const { configuration } = (await metadata()).sources[0];
  const url = configuration.connection_info.database_url;
  const page = await open();
  await page.at('data');
  await page.getByRole('button', { name: 'Connect a database' }).first().click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('second');
  if (typeof url === 'string') {
    await form.getByRole('textbox', { name: 'PostgreSQL URL' }).fill(url);
  } else {
    await form.getByText('Environment variable').click();
    await form.getByRole('textbox', { name: 'Name of the variable' }).fill(url.from_env);
  }
  await form.getByRole('textbox', { name: 'Connections at most' }).fill('7');
  await assertAccessible(page);
  await form.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('second is connected').waitFor();
  const second = async () => (await metadata()).sources.find((s) => s.name === 'second');
  assert.equal((await second()).configuration.connection_info.pool_settings.max_connections, 7);
  await page.getByRole('link', { name: 'second' }).waitFor();

  await page.getByRole('button', { name: 'Connection of second' }).click();
  assert.equal(await form.getByRole('textbox', { name: 'Connections at most' }).inputValue(), '7');
  await form.getByRole('textbox', { name: 'Connections at most' }).fill('9');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('second was changed').waitFor();
  assert.equal((await second()).configuration.connection_info.pool_settings.max_connections, 9);

  await page.getByRole('button', { name: 'Disconnect second' }).click();
  await form.getByText('second', { exact: true }).waitFor();
  await form.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await page.getByText('second is disconnected').waitFor();
  assert.equal(await second(), undefined);
  assertClean(page);
});

test('a table becomes an enum and stops being one; what cannot be one is refused', async () => {
  const page = await open();
  const toggle = page.getByRole('switch', { name: 'The rows of this table are the values of an enum' });
  await page.at('data/default/public/category/settings');
  // It moves when the server has said yes, not before.
  await toggle.click();
  await page.locator('[role=switch]:checked').waitFor();
  assert.equal((await tracked('category')).is_enum, true);
  const { data } = await ask('{ __type(name: "category_enum") { enumValues { name } } }');
  assert.deepEqual(data.__type.enumValues.map((v) => v.name).sort(), ['stove', 'tent']);
  await toggle.click();
  await page.locator('[role=switch]:not(:checked)').waitFor();
  assert.equal((await tracked('category')).is_enum ?? false, false);
  await page.at('data/default/public/customer/settings');
  await toggle.click();
  await page.getByRole('alert').getByText(/enum/).first().waitFor();
  assert.equal(await toggle.isChecked(), false);
  assert.equal((await tracked('customer')).is_enum ?? false, false);
  assertClean(page);
});

test('a relationship is made by hand and dropped', async () => {
  const page = await open();
  await page.at('data/default/public/customer/relationships');
  await page.getByRole('button', { name: 'Add by hand' }).click();
  const form = page.getByRole('dialog');
  await form.getByText('Many rows').click();
  await form.getByRole('textbox', { name: 'Name' }).fill('open_orders');
  await form.getByRole('combobox', { name: 'Other table' }).click();
  await page.getByRole('option', { name: 'public.open_order' }).click();
  await form.getByLabel('Column here').click();
  await page.getByRole('option', { name: 'id', exact: true }).click();
  await form.getByLabel('Column there').click();
  await page.getByRole('option', { name: 'customer_id' }).click();
  await assertAccessible(page);
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('→ public.open_order (id = customer_id)').waitFor();
  const answer = await ask('{ customer(where: {id: {_eq: 4}}) { open_orders { status } } }');
  assert.deepEqual(answer.data.customer[0].open_orders, [{ status: 'open' }, { status: 'open' }]);
  await page.getByRole('button', { name: 'Drop open_orders' }).click();
  await form.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('open_orders was dropped').waitFor();
  assert.equal(
    (await tracked('customer')).array_relationships.some((r) => r.name === 'open_orders'),
    false,
  );
  assertClean(page);
});

test('a function is tracked as a mutation with the session, granted, taken away and untracked', async () => {
  const page = await open();
  await page.at('data/default/~functions');
  await page.getByRole('button', { name: 'Track reprice' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('combobox', { name: 'Argument that gets the session' }).click();
  await page.getByRole('option', { name: 'who' }).click();
  await assertAccessible(page);
  await drawer.getByRole('button', { name: 'Track', exact: true }).click();
  await page.getByText('reprice is tracked').waitFor();
  const entry = (await metadata()).sources[0].functions[0];
  assert.equal(entry.configuration.exposed_as, 'mutation');
  assert.equal(entry.configuration.session_argument, 'who');
  const mutation = 'mutation { reprice(args: {factor: "2"}) { price description } }';
  await assert.doesNotReject(ask(mutation));
  const refused = await ask(mutation, clerk);
  assert.match(refused.errors[0].message, /no mutations exist|not found/);
  await drawer.getByRole('combobox', { name: 'Roles that may call it' }).click();
  await page.getByRole('option', { name: 'clerk' }).click();
  await page.getByText('Done').first().waitFor();
  const granted = await ask(mutation, clerk);
  assert.equal(granted.data.reprice[0].description, '5');
  await page.keyboard.press('Escape');
  await drawer.getByRole('button', { name: 'Untrack' }).click();
  await page.getByRole('dialog', { name: 'Take out of the API?' }).getByRole('button', { name: 'Untrack' }).click();
  await page.getByText('reprice is not tracked any more').waitFor();
  assert.deepEqual((await metadata()).sources[0].functions ?? [], []);
  assertClean(page);
});

test('a computed field is added with the session and dropped', async () => {
  const page = await open();
  await page.at('data/default/public/customer/relationships');
  await page.getByRole('button', { name: 'Add computed field' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('combobox', { name: 'Function' }).click();
  await page.getByRole('option', { name: 'public.greeting' }).click();
  await form.getByRole('combobox', { name: 'Argument that gets the session' }).click();
  await page.getByRole('option', { name: 'who' }).click();
  await assertAccessible(page);
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Drop greeting' }).waitFor();
  const answer = await ask('{ customer(where: {id: {_eq: 1}}) { greeting } }');
  assert.equal(answer.data.customer[0].greeting, 'Hello Customer 1, says admin');
  await page.getByRole('button', { name: 'Drop greeting' }).click();
  await form.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.getByText('greeting was dropped').waitFor();
  assert.deepEqual((await tracked('customer')).computed_fields ?? [], []);
  assertClean(page);
});

test('what does not fit is shown with its reason and its remedy, and is dropped by name', async () => {
  await server.sql('create table passing (id int primary key)');
  await server.metadata('pg_track_table', { source: 'default', table: 'passing' });
  // Changed behind the server's back, as another program would.
  await server.post('/v2/query', {
    type: 'run_sql',
    args: { source: 'default', sql: 'drop table passing', check_metadata_consistency: false },
  });
  await server.metadata('reload_metadata', { reload_sources: true });
  const page = await open();
  await page.at('data');
  await page.getByRole('link', { name: '1 inconsistent' }).click();
  await page.getByText('table passing in source default', { exact: true }).waitFor();
  await page.getByText(/no such table.*passing/i).first().waitFor();
  await page.getByText('Was it dropped or renamed in the database?').waitFor();
  await page.getByText('"name": "passing"').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Drop all' }).click();
  await page.getByRole('dialog').getByText('table passing in source default').waitFor();
  await page.getByRole('button', { name: 'Drop them' }).click();
  await page.getByText('Everything fits').waitFor();
  assert.equal(await tracked('passing'), undefined);
  assertClean(page);
});

test('a live query in GraphiQL follows the rows, and ends when it is stopped', async () => {
  const page = await open();
  await page.at(
    `api?query=${encodeURIComponent('subscription { category(where: {name: {_eq: "tent"}}) { comment } }')}`,
  );
  const result = page.locator('.result-window');
  await execute(page);
  await result.getByText('Sleep outside').waitFor();
  await server.sql("update category set comment = 'Sleep under the stars' where name = 'tent'");
  await result.getByText('Sleep under the stars').waitFor();
  await page.getByRole('button', { name: /Stop query/ }).click();
  await page.getByRole('button', { name: /Execute query/ }).waitFor();
  assert.equal(await one("select comment from category where name = 'tent'"), 'Sleep under the stars');
  assertClean(page);
});

test('GraphiQL is accessible in light and dark', async () => {
  for (const dark of [false, true]) {
    const page = await open({ dark });
    await page.at(`api?query=${encodeURIComponent('{ category { name } }')}`);
    await execute(page);
    await page.locator('.result-window').getByText('stove').waitFor();
    await assertAccessible(page).catch((error) => {
      throw new Error(`${dark ? 'dark' : 'light'}: ${error.message}`);
    });
    assertClean(page);
    await page.context().close();
  }
});
