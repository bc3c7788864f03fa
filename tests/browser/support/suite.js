// What a file of tests begins with: one server and one browser for all its tests, ended after them.
import { after } from 'node:test';
import { openPage, startBrowser } from './browser.js';
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
  return {
    server,
    browser,
    /** A tab, signed in unless told otherwise. */
    open: (options) => openPage(browser, server, options),
    /** The first value of the first row. */
    one: async (sql) => (await server.sql(sql)).result[1][0],
    metadata: () => server.metadata('export_metadata'),
  };
}
