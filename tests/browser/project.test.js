// The console of `howdah console`: what is changed in it is written into the project.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertClean, openPage } from './support/browser.js';
import { execute } from './support/graphiql.js';
import { startProject } from './support/project.js';
import { makeShop, trackShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, browser, one } = await startSuite(async (server) => {
  await makeShop(server);
  await trackShop(server);
});
const project = await startProject(server);
after(() => project.stop());

// Nobody signs in: the CLI holds the secret.
const open = () => openPage(browser, project, { signIn: false });
const runSql = (page) => page.getByRole('button', { name: 'Run this SQL' }).click();

test('a table that is created becomes a migration, and its tracking metadata', async () => {
  const page = await open();
  await page.at('data/default/~create?schema=public');
  await page.getByText('Changes are written to the project').waitFor();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('review');
  await page.getByLabel('Name of column 2').fill('stars');
  await page.getByRole('button', { name: 'Show the SQL' }).click();
  await page.getByText('It is recorded as a migration.').waitFor();
  await runSql(page);
  await page.waitForURL(/public\/review\/structure/);
  const [migration, ...others] = await project.migrations();
  assert.deepEqual(others, []);
  assert.match(migration.name, /review/);
  assert.match(migration.up, /create table public\.review \(\n {2}id bigint/);
  assert.match(await project.metadata('databases/default/tables/tables.yaml'), /public_review\.yaml/);
  assert.match(await project.metadata('databases/default/tables/public_review.yaml'), /name: review/);
  // The migration is noted as applied on the server.
  assert.match(await project.command('migrate', 'status', '--database-name', 'default'), /Present\s+Present|applied/i);
  assertClean(page);
});

test('permissions and native queries are written into the metadata, and are no migrations', async () => {
  const before = (await project.migrations()).length;
  const page = await open();
  await page.at('data/default/public/product/permissions?role=visitor&action=select');
  await page.getByRole('group', { name: 'Columns' }).getByLabel('name', { exact: true }).check();
  await page.getByRole('button', { name: 'Save permission' }).click();
  await page.getByText('The permission was saved').waitFor();
  assert.match(await project.metadata('databases/default/tables/public_product.yaml'), /role: visitor/);
  await page.at('data/default/~native/~new');
  await page.getByRole('textbox', { name: 'Root field' }).fill('numbers');
  await page.getByRole('textbox', { name: 'SQL' }).fill('select n from generate_series(1, 3) n');
  await page.getByLabel('Name of the logical model').fill('number');
  await page.getByRole('button', { name: 'Read the fields from the SQL' }).click();
  await page.getByLabel('Name of field 1').waitFor();
  await page.getByRole('button', { name: 'Create native query' }).click();
  await page.waitForURL(/~native\/numbers/);
  assert.match(await project.allMetadata(), /root_field_name: numbers/);
  assert.equal((await project.migrations()).length, before);
  assertClean(page);
});

test('SQL that changes the schema is recorded; what only reads, and rows, are not', async () => {
  const before = (await project.migrations()).length;
  const page = await open();
  const sql = page.getByRole('textbox', { name: 'SQL' });
  const run = () => page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.at('sql');
  await sql.fill('select count(*) as many from product');
  await run();
  await page.getByRole('columnheader', { name: 'many' }).waitFor();
  assert.equal((await project.migrations()).length, before);
  await sql.fill('alter table product add column weight int');
  await run();
  await page.getByRole('status').getByText('Done').waitFor();
  const recorded = await project.migrations();
  assert.equal(recorded.length, before + 1);
  assert.match(recorded.at(-1).up, /alter table product add column weight int/);

  await page.at('data/default/public/category/rows');
  await page.getByRole('button', { name: 'Insert row' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('name', { exact: true }).fill('lamp');
  await form.getByRole('button', { name: 'Insert', exact: true }).click();
  await page.getByText('The row was inserted').waitFor();
  assert.equal(await one("select count(*) from category where name = 'lamp'"), '1');
  assert.equal((await project.migrations()).length, before + 1);
  assertClean(page);
});

test('what PostgreSQL refuses is not recorded', async () => {
  const before = (await project.migrations()).length;
  const page = await open();
  await page.at('sql');
  await page.getByRole('textbox', { name: 'SQL' }).fill('create table product (id int)');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('alert').getByText(/"product" already exists/).first().waitFor();
  assert.equal((await project.migrations()).length, before);
  assertClean(page);
});

test('GraphiQL asks through the CLI, live queries too', async () => {
  const page = await open();
  await page.at(`api?query=${encodeURIComponent('subscription { category_by_pk(name: "tent") { comment } }')}`);
  await execute(page);
  await page.locator('.result-window').getByText('Sleep outside').waitFor();
  await server.sql("update category set comment = 'Sleep under the stars' where name = 'tent'");
  await page.locator('.result-window').getByText('Sleep under the stars').waitFor();
  assertClean(page);
});
