import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findTestChromium, hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../packages/cli/test/run-cli.ts';
import { connectLegacy, connectModern } from './clients.ts';
import type { HostWindow } from './host-window.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PAGE_URI = 'ui://chart/chart.html';

const chromiumHere = await findTestChromium();
const missing =
  'missing' in chromiumHere ? `Chromium is ${chromiumHere.missing}` : 'bubblewrap or user namespaces are missing';
const canRun = hasSandboxes() && 'found' in chromiumHere;
let browser: Browser;
afterAll(() => browser?.close());

/** `examples/chart`, deployed by the pipeline as its author would. */
const here = withPlatform({ when: canRun, worker: true }, async ({ given, origin }) => {
  const organization = await given.organization('acme');
  const deployed = await runCli(['deploy'], {
    cwd: path.join(ROOT, 'examples/chart'),
    environment: {
      PATCHBAY_ORIGIN: origin,
      PATCHBAY_API_KEY: await given.apiKey(organization, organization.owner, 'admin'),
    },
  });
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  if ('found' in chromiumHere) browser = await chromium.launch(chromiumHere.found);
  return { key: await given.apiKey(organization) };
});

const clients = [
  ['2026-07-28', connectModern],
  ['2025-11-25', connectLegacy],
] as const;

describe('an interactive connector', () => {
  it.for(clients)(
    'a page reaches clients of %s whole, at its connector’s URL and its organization’s',
    async ([, connect], test) => {
      skipUnless(test, canRun, missing);
      for (const [url, prefix] of [
        [`${here.platform.origin}/acme/chart/mcp`, ''],
        [`${here.platform.origin}/acme/mcp`, 'chart__'],
      ] as const) {
        const client = await connect(url, here.key);
        const { tools } = await client.listTools();
        const shown = tools.find(({ name }) => name === `${prefix}show_sales`);
        expect(shown?._meta).toMatchObject({ ui: { resourceUri: PAGE_URI }, 'ui/resourceUri': PAGE_URI });
        const hidden = tools.find(({ name }) => name === `${prefix}load_sales`);
        expect(hidden?._meta).toMatchObject({ ui: { visibility: ['app'] } });
        const { contents } = await client.readResource({ uri: PAGE_URI });
        expect(contents).toMatchObject([
          { uri: PAGE_URI, mimeType: 'text/html;profile=mcp-app', _meta: { ui: { prefersBorder: true } } },
        ]);
        const result = await client.callTool({ name: `${prefix}show_sales`, arguments: { year: 2024 } });
        expect(result).toMatchObject({ structuredContent: { year: 2024 }, content: [{ type: 'text' }] });
        await client.close();
      }
    },
  );

  it('a page is drawn in a frame that may load nothing, follows the host, and calls its tools', async (test) => {
    skipUnless(test, canRun, missing);
    const client = await connectModern(`${here.platform.origin}/acme/chart/mcp`, here.key);
    const [content] = (await client.readResource({ uri: PAGE_URI })).contents;
    const html = content && 'text' in content ? content.text : '';
    const input = { year: 2024 };
    const result = await client.callTool({ name: 'show_sales', arguments: input });
    const callTool = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    for (const theme of ['light', 'dark'] as const) {
      const { page, complaints } = await openHost(callTool);
      await page.evaluate((shown) => (globalThis as unknown as HostWindow).showApp(shown), {
        html,
        theme,
        input,
        result: result as Parameters<HostWindow['showApp']>[0]['result'],
      });
      const view = page.frameLocator('iframe');
      await view.getByRole('heading', { name: '2024' }).waitFor();
      expect(await view.getByRole('listitem').count()).toBe(12);
      expect(await view.locator('html').getAttribute('data-theme')).toBe(theme);
      await view.getByRole('button', { name: /^Mar: / }).click();
      await page.waitForFunction(() => (globalThis as unknown as HostWindow).messages.length > 0);
      expect(await page.evaluate(() => (globalThis as unknown as HostWindow).messages)).toEqual([
        expect.stringMatching(/^The person picked Mar: \d+ k€ of 2024\.$/),
      ]);
      await keepPicture(page, `chart-${theme}.png`);
      await view.getByRole('button', { name: 'Year after' }).click();
      await view.getByRole('heading', { name: '2025' }).waitFor();
      expect(complaints).toEqual([]);
      await page.close();
    }
    await client.close();
  });
});

/** A browser page that is a host, and everything it complains about: exceptions and what a policy blocked. */
async function openHost(callTool: (name: string, args: Record<string, unknown>) => Promise<unknown>) {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'app-host/host.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    logLevel: 'silent',
  });
  const page: Page = await browser.newPage({ viewport: { width: 600, height: 320 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.exposeFunction('callTool', callTool);
  await page.setContent('<!doctype html><title>Host</title><body style="margin: 16px">');
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  return { page, complaints };
}

/** Test artefacts, for inspection. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = path.join(ROOT, 'test-artifacts/apps');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, name) });
}
