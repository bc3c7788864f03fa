// A server that goes away, on every page: it is said, nothing is shown as done, no page is blank, and
// work goes on by itself when the server is back.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertAccessible, assertClean, openPage } from './support/browser.js';
import { startGate } from './support/gate.js';
import { furnish, pages } from './support/pages.js';
import { startSuite } from './support/suite.js';

const { server, browser, metadata } = await startSuite(furnish);
const gate = await startGate(server);
after(() => gate.close());

const banner = (page) => page.getByRole('status').getByText(/^The server cannot be reached/);
const failure = (page) => page.getByText('The server cannot be reached', { exact: true });
const panel = (page) => page.getByRole('alert').filter({ has: failure(page) });
/** Whatever is said in passing but that the server is away. */
const otherMessages = (page) =>
  page.locator('.mantine-Notification-root').filter({ hasNotText: 'The server cannot be reached' });

/** All there is to change: the metadata, the structure of the database and its rows. */
async function everything() {
  const rows = await server.sql(`select (select json_agg(t)::text from (select * from product order by id) t),
    (select json_agg(t)::text from (select table_name, column_name, data_type from information_schema.columns
      where table_schema = 'public' order by 1, 2) t)`);
  return { metadata: await metadata(), rows: rows.result };
}

/** Something to read is on the page besides the frame. */
async function assertNotBlank(page) {
  const text = await page.locator('main').innerText();
  assert.notEqual(text.trim(), '', `${page.url()} is blank`);
}

/**
 * Keeps requests to the API waiting, and refuses them once `away` is called, until `back` is. Without it,
 * what the frame of the console reads besides may or may not be there already.
 */
async function holdBack(page) {
  const api = /\/v[12]\//;
  let away;
  const refused = new Promise((resolve) => (away = resolve));
  await page.route(api, async (route) => {
    await refused;
    await route.abort();
  });
  return { away, back: () => page.unroute(api) };
}

async function lookNow(page) {
  await gate.open();
  await banner(page).waitFor({ state: 'detached' });
}

for (const { name, path, ready, change, said, settle } of pages) {
  test(`${name}: the server is away when one comes to the page`, async () => {
    const page = await openPage(browser, gate);
    const requests = await holdBack(page);
    await page.at('nowhere');
    await page.getByText('There is no such page').waitFor();
    // Nothing was read yet.
    await gate.close();
    requests.away();
    try {
      await page.evaluate((to) => window.history.pushState({}, '', to), `${gate.url}/console/${path}`);
      await banner(page).waitFor();
      if (name !== 'metadata') await panel(page).first().waitFor();
      await assertNotBlank(page);
      await assertAccessible(page);
    } finally {
      await requests.back();
      await lookNow(page);
    }
    // By itself, without a click.
    await ready(page);
    await panel(page).waitFor({ state: 'detached' });
    assertClean(page);
    await page.context().close();
  });

  if (!change) continue;
  test(`${name}: the server goes away while one changes something`, async () => {
    const page = await openPage(browser, gate);
    await page.at(path);
    await ready(page);
    await page.waitForLoadState('networkidle');
    const before = await everything();
    await gate.close();
    try {
      await change(page);
      await banner(page).waitFor();
      await (said ?? failure)(page).first().waitFor();
      await assertNotBlank(page);
      assert.deepEqual(await otherMessages(page).allInnerTexts(), []);
    } finally {
      await lookNow(page);
    }
    await settle?.(page);
    await ready(page);
    assert.deepEqual(await everything(), before);
    assertClean(page);
    await page.context().close();
  });
}

test('the API page reads the schema when the server is back', async () => {
  const page = await openPage(browser, gate);
  await page.at('api');
  const explorer = page.locator('.graphiql-explorer-product').first();
  await explorer.waitFor();
  await page.getByRole('link', { name: 'SQL' }).click();
  await page.getByRole('heading', { name: 'SQL' }).waitFor();
  await gate.close();
  try {
    await page.getByRole('link', { name: 'API' }).click();
    await banner(page).waitFor();
    await assertNotBlank(page);
    assert.equal(await explorer.count(), 0);
  } finally {
    await lookNow(page);
  }
  await explorer.waitFor();
});
