// The pictures of the user guide, one of each page: SCREENSHOTS=1 writes them anew.
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertClean } from './support/browser.js';
import { furnish, pages, table } from './support/pages.js';
import { startSuite } from './support/suite.js';

const wanted = Boolean(process.env.SCREENSHOTS);
const folder = new URL('../../docs/images/', import.meta.url);
test('the pictures of the user guide', { skip: !wanted }, async () => {
  const { open, browser } = await startSuite(furnish);
  // Chromium packs them itself: a canvas writes WebP.
  const packer = await browser.newPage();
  const take = async (page, name) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForLoadState('networkidle');
    const png = (await page.screenshot()).toString('base64');
    const webp = await packer.evaluate(async (source) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', 0.85).split(',')[1];
    }, png);
    await writeFile(new URL(`console-${name}.webp`, folder), Buffer.from(webp, 'base64'));
  };
  await mkdir(folder, { recursive: true });
  const login = await open({ signIn: false });
  await login.at('');
  await login.getByLabel('Admin secret').waitFor();
  await take(login, 'sign-in');
  for (const { name, path, ready, show } of pages) {
    const page = await open();
    await page.setViewportSize({ width: 1280, height: 800 });
    // Where the console's files lie on this machine is nobody's business.
    await page.route('**/v1alpha1/config', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...(await answer.json()), console_assets_dir: null } });
    });
    await page.at(path);
    await ready(page);
    await show?.(page);
    await take(page, name);
    assertClean(page);
    await page.context().close();
  }
  const dark = await open({ dark: true });
  await dark.at(`${table}/rows`);
  await dark.getByText('Product 9', { exact: true }).waitFor();
  await take(dark, 'dark');
});
