// Debian's Chromium, driven through playwright-core; nothing is ever downloaded.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { SECRET } from './server.js';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A tab, signed in unless `signIn` is false. What goes wrong inside (errors of scripts, refused
 * by the Content-Security-Policy, requests to other hosts) is gathered in `page.problems`.
 */
export async function openPage(browser, server, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  if (options.signIn !== false) {
    await context.addInitScript(
      (secret) => window.sessionStorage.setItem('howdah.admin-secret', secret),
      SECRET,
    );
  }
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(`script: ${error.stack ?? error}`));
  page.on('console', (message) => {
    // Answers with an error status are what some tests provoke.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource')) {
      page.problems.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && origin !== new URL(server.url).origin) {
      page.problems.push(`foreign host: ${request.url()}`);
    }
  });
  page.at = (path) => page.goto(`${server.url}/console/${path}`);
  return page;
}

/** No script failed, nothing was refused, nobody else was called. */
export function assertClean(page) {
  assert.deepEqual(page.problems, []);
}

/** No serious or critical finding of axe. */
export async function assertAccessible(page) {
  await page.evaluate(axeSource);
  const findings = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ['violations'],
      // GraphiQL and Monaco are not ours.
      exclude: [],
    });
    return violations
      .filter((v) => ['serious', 'critical'].includes(v.impact))
      .map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} (${n.failureSummary})`).join('; ')}`);
  });
  assert.deepEqual(findings, []);
}
