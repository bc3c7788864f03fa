// The frame of the console: signing in, finding one's way, colours, addresses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertClean, openPage } from './support/browser.js';
import { SECRET } from './support/server.js';
import { makeShop } from './support/shop.js';
import { startSuite } from './support/suite.js';

const { server, browser, open, assertPagesAccessible } = await startSuite(async (server) => {
  await makeShop(server);
});

test('the console asks for the admin secret and keeps it only on wish', async () => {
  const page = await open({ signIn: false });
  await page.goto(`${server.url}/`);
  assert.equal(new URL(page.url()).pathname.startsWith('/console/'), true);
  await page.getByLabel('Admin secret').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This is not the admin secret of this server.').waitFor();
  await assertAccessible(page);
  await page.getByLabel('Admin secret').fill(SECRET);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('tree').waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })
    .includes('the-admin-secret')), false);
  await page.reload();
  await page.getByLabel('Admin secret').fill(SECRET);
  await page.getByLabel('Keep it until this tab is closed').check();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('tree').waitFor();
  await page.reload();
  await page.getByRole('tree').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Admin secret').waitFor();
  await page.reload();
  await page.getByLabel('Admin secret').waitFor();
  assertClean(page);
});

test('tables are tracked one by one and all together', async () => {
  const page = await open();
  await page.at('data/default?schema=public');
  await page.getByRole('button', { name: 'Track customer' }).click();
  await page.getByRole('button', { name: 'Untrack customer' }).waitFor();
  await page.getByRole('button', { name: /^Track all/ }).click();
  await page.getByRole('button', { name: 'Untrack open_order' }).waitFor();
  const { sources } = await server.metadata('export_metadata');
  const tracked = sources[0].tables.map((t) => t.table.name).sort();
  // Partitions are served by their table; tracking all leaves them alone.
  assert.deepEqual(tracked, ['category', 'customer', 'line', 'open_order', 'order', 'product', 'visit']);
  await assertAccessible(page);
  await page.getByRole('link', { name: 'Relationships' }).click();
  await page.getByRole('button', { name: /^Track all/ }).click();
  await page.getByText('Nothing to suggest').waitFor();
  const { sources: now } = await server.metadata('export_metadata');
  const order = now[0].tables.find((t) => t.table.name === 'order');
  assert.deepEqual(order.object_relationships.map((r) => r.name), ['customer']);
  assert.deepEqual(order.array_relationships.map((r) => r.name), ['line']);
  assertClean(page);
});

test('the tree is searched, walked by keys and folds partitions', async () => {
  const page = await open();
  await page.at('data/default/public/customer');
  const tree = page.getByRole('tree');
  const active = tree.getByRole('treeitem', { name: /^customer( not tracked)?$/ });
  await active.waitFor();
  assert.equal(await active.getAttribute('aria-selected'), 'true');
  assert.equal(await tree.getByRole('treeitem', { name: /visit_2026/ }).count(), 0);
  const visit = tree.getByRole('treeitem', { name: /^visit( not tracked)?$/ });
  await visit.focus();
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('treeitem', { name: /visit_2026/ }).waitFor();
  await page.keyboard.press('ArrowLeft');
  await tree.getByRole('treeitem', { name: /visit_2026/ }).waitFor({ state: 'detached' });
  await page.getByLabel('Find a table').fill('prod');
  await active.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/public\/product/);
  assertClean(page);
});

test('the palette reaches every table and place by keyboard', async () => {
  const page = await open();
  await page.at('settings/about');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByLabel('Search tables, places and commands').fill('categ');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/public\/category/);
  await page.keyboard.press('Control+k');
  await page.getByLabel('Search tables, places and commands').fill('dark');
  await page.keyboard.press('Enter');
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
  await assertAccessible(page);
  assertClean(page);
});

test('an address that is not understood is told, with the way on', async () => {
  const page = await open();
  await page.at('data/default/public/customer/rows?size=-3');
  await page.getByText('This address is not understood').waitFor();
  await page.getByText(/^size: /).waitFor();
  await page.getByRole('link', { name: 'Open the page without it' }).click();
  await page.getByRole('grid', { name: 'Rows of customer' }).waitFor();
});

test('it works below the prefix of a proxy', async () => {
  const { createServer, request } = await import('node:http');
  const proxy = createServer((incoming, outgoing) => {
    const path = incoming.url.replace(/^\/team\/api/, '');
    const onward = request(
      server.url + path,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${proxy.address().port}`;
    const page = await openPage(browser, { url });
    await page.goto(`${url}/team/api/console`);
    await page.getByRole('tree').waitFor();
    assert.match(page.url(), /\/team\/api\/console\/data$/);
    await page.goto(`${url}/team/api/console/data/default/public/customer`);
    await page.getByRole('heading', { name: 'customer' }).waitFor();
    assertClean(page);
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
});

test('every page of the foundation is accessible in light and dark', async () => {
  await assertPagesAccessible(['data', 'data/default', 'data/default/public/product', 'settings/metadata',
      'settings/inconsistent', 'settings/about']);
});
