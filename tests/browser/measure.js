// Figures of the console with 1,000 tables and 20,000 columns; nothing passes or fails by them.
//   HOWDAH_BIN=target/release/howdah node tests/browser/measure.js
import { openPage, startBrowser } from './support/browser.js';
import { startServer } from './support/server.js';

const tables = 1000;
const [server, browser] = await Promise.all([startServer(), startBrowser()]);
try {
  for (let from = 1; from <= tables; from += 100) {
    await server.sql(`do $$ begin for i in ${from}..${from + 99} loop
      execute format('create table wide_%s (id serial primary key, %s)', lpad(i::text, 4, '0'),
        (select string_agg('column_' || n || ' text', ', ') from generate_series(1, 19) n));
    end loop; end $$;`);
  }
  await server.metadata('pg_track_tables', {
    tables: Array.from({ length: tables }, (_, i) => ({
      source: 'default',
      table: { schema: 'public', name: `wide_${String(i + 1).padStart(4, '0')}` },
    })),
  });
  const page = await openPage(browser, server);
  let sent = 0;
  page.on('response', async (response) => {
    if (response.url().includes('/console/')) {
      sent += (await response.request().sizes()).responseBodySize;
    }
  });
  const open = async () => {
    const started = Date.now();
    await page.at('data/default');
    await page.getByRole('treeitem', { name: 'wide_0001' }).waitFor();
    return Date.now() - started;
  };
  const cold = await open();
  const firstLoad = sent;
  const warm = [await open(), await open(), await open()];
  // From the press of the button to the grid being drawn, told by the page itself: what the driver
  // needs to find and click an entry is not the console's.
  await page.evaluate(() => {
    let pressed = 0;
    window.addEventListener('pointerdown', () => (pressed = performance.now()), true);
    window.switched = (label) =>
      new Promise((resolve) => {
        const look = () => {
          if (!document.querySelector(`[role=grid][aria-label="${label}"]`)) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(Math.round(performance.now() - pressed)));
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      });
  });
  const switches = [];
  for (const number of ['0002', '0003', '0004', '0005', '0006', '0007', '0008']) {
    const drawn = page.evaluate((label) => window.switched(label), `Rows of wide_${number}`);
    await page.getByRole('treeitem', { name: `wide_${number}` }).click();
    switches.push(await drawn);
  }
  console.log(JSON.stringify({ firstLoadKB: Math.round(firstLoad / 1024), cold, warm, switches }));
} finally {
  await browser.close();
  await server.stop();
}
