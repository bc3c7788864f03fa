// What a file of tests begins with: one server and one browser for all its tests, ended after them.
import { after } from 'node:test';
import { assertAccessible, assertClean, openPage, startBrowser } from './browser.js';
import { startServer } from './server.js';

/** Starts both; `prepare` fills the server. Await it at the top of a file of tests. */
export async function startSuite(prepare = () => {}, flags = []) {
  const started = await Promise.allSettled([startServer(flags), startBrowser()]);
  const [server, browser] = started.map((s) => s.value);
  const end = async () => {
    await browser?.close();
    await server?.stop();
  };
  after(end);
  try {
    for (const { reason } of started) if (reason) throw reason;
    await prepare(server);
  } catch (error) {
    await end();
    throw error;
  }
  const open = (options) => openPage(browser, server, options);
  return {
    server,
    browser,
    /** A tab, signed in unless told otherwise. */
    open,
    /** Pages have no serious finding of axe, in light and in dark. */
    async assertPagesAccessible(paths) {
      for (const dark of [false, true]) {
        const page = await open({ dark });
        for (const path of paths) {
          await page.at(path);
          await page.locator('h1').waitFor();
          await page.waitForLoadState('networkidle');
          await assertAccessible(page).catch((error) => {
            throw new Error(`${path} (${dark ? 'dark' : 'light'}): ${error.message}`);
          });
        }
        assertClean(page);
        await page.context().close();
      }
    },
    /** The first value of the first row. */
    one: async (sql) => (await server.sql(sql)).result[1][0],
    metadata: () => server.metadata('export_metadata'),
  };
}
