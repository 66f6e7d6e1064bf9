/** The documentation as an installation serves it: the site that `npm run docs` builds, read by a real Chromium. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { siteDirectory } from '@patchbay/docs-site';
import { createLogger } from '@patchbay/foundation';
import { findTestChromium, skipUnless, temporaryDirectory } from '@patchbay/testing';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docsPlugin } from '../../src/docs/plugin.ts';
import { type EdgeFixture, startEdge } from '../edge-fixture.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const chromiumHere = await findTestChromium();
const inChromium = skipUnless(
  'found' in chromiumHere,
  `Chromium is ${'missing' in chromiumHere ? chromiumHere.missing : 'here'}`,
);

/** The listener with the documentation of a directory, as the gateway puts it together. */
function startWith(directory: string): Promise<EdgeFixture> {
  const options = { directory, origin: 'http://localhost', logger: createLogger('gateway', 'silent') };
  return startEdge([{ name: 'docs', register: (app) => docsPlugin(app, options) }]);
}

const asReader = { headers: { accept: 'text/html' } };

describe('while the documentation is not built', () => {
  let edge: EdgeFixture;
  let directory: string;
  beforeAll(async () => {
    directory = path.join(await temporaryDirectory('docs'), 'of-this-version');
    edge = await startWith(directory);
  });
  afterAll(() => edge?.close());

  it('every address of unbuilt documentation answers 503 with a page that reloads and names the error', async () => {
    for (const address of ['/-/docs', '/-/docs/', '/-/docs/authors', '/-/docs/assets/app.js']) {
      const answer = await fetch(`${edge.origin}${address}`, asReader);
      expect([address, answer.status, answer.headers.get('retry-after')]).toEqual([address, 503, '5']);
      expect(answer.headers.get('refresh')).toBe('5');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.text()).toContain('/api/docs/errors/edge/docs_building');
    }
  });

  it('unbuilt documentation answers programs with a problem and the time to wait', async () => {
    const answer = await fetch(`${edge.origin}/-/docs/`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ code: 'edge.docs_building' });
  });

  it('a failed build of the documentation is named by its code, without a promise to reload', async () => {
    await mkdir(directory);
    await writeFile(path.join(directory, 'failed'), '');
    const answer = await fetch(`${edge.origin}/-/docs/`, asReader);
    expect([answer.status, answer.headers.get('refresh')]).toEqual([503, null]);
    expect(await answer.text()).toContain('edge.docs_failed');
  });

  it('documentation that is built later is served without a restart', async () => {
    await mkdir(path.join(directory, 'site'));
    for (const name of ['index.html', '404.html'])
      await writeFile(path.join(directory, 'site', name), `<h1>${name}</h1>`);
    await writeFile(path.join(directory, 'new'), "default-src 'none'");
    await rename(path.join(directory, 'new'), path.join(directory, 'content-policy'));
    const answer = await fetch(`${edge.origin}/-/docs/`, asReader);
    expect([answer.status, await answer.text()]).toEqual([200, '<h1>index.html</h1>']);
  });
});

describe('the built documentation', () => {
  let edge: EdgeFixture;
  let site: string;
  beforeAll(async () => {
    // Built once for each version; `npm test` has done it before the first spec.
    await promisify(execFile)(process.execPath, ['scripts/run.mjs', 'docs'], { cwd: ROOT });
    const directory = siteDirectory(ROOT);
    site = path.join(directory, 'site');
    edge = await startWith(directory);
  }, 240_000);
  afterAll(() => edge?.close());

  /** Without the normalization that URL parsers do. */
  async function getRaw(target: string, headers = ''): Promise<{ status: number; body: string }> {
    const socket = connect(edge.port, 'localhost');
    socket.write(`GET ${target} HTTP/1.1\r\nhost: ${new URL(edge.origin).host}\r\nconnection: close\r\n${headers}\r\n`);
    const answer = await text(socket);
    return { status: Number(answer.split(' ', 2)[1]), body: answer };
  }

  it.each([
    '/-/docs/../../package.json',
    '/-/docs/..%2f..%2fpackage.json',
    '/-/docs/%2e%2e/content-policy',
    '/-/docs/%2e%2e%2fcontent-policy',
    '/-/docs/..%5ccontent-policy',
    '/-/docs/....//content-policy',
    '/-/docs/./authors',
    '/-/docs//authors',
    '/-/docs//etc/passwd',
    '/-/docs/runbooks/..%2f..%2fcontent-policy',
    '/-/docs/runbooks/../../content-policy',
    '/-/docs/%00',
    '/-/docs/authors%00.html',
    '/-/docs/%c0%ae%c0%ae/content-policy',
    '/-/docs/%252e%252e/content-policy',
    '/-/docs/~root/.profile',
    '/-/docs/.hidden',
    '/-/docs/AUTHORS',
    `/-/docs/${'a/'.repeat(2_000)}`,
  ])('the documentation serves no file at %s', async (target) => {
    const { status, body } = await getRaw(target);
    expect([400, 404, 403]).toContain(status);
    expect(body).not.toContain("script-src 'self' 'sha256");
    expect(body).not.toContain('root:x:');
  });

  it('the built documentation contains no symbolic link', async () => {
    const entries = await readdir(site, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isSymbolicLink())).toEqual([]);
  });

  it('the documentation answers 404 at an unknown address, with a page for people or a problem', async () => {
    const page = await fetch(`${edge.origin}/-/docs/no-such-page`, asReader);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<title>404 · Patchbay</title>');
    const problem = await fetch(`${edge.origin}/-/docs/no-such-page`);
    expect([problem.status, await problem.json()]).toMatchObject([404, { code: 'edge.not_found' }]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('the documentation refuses the method %s', async (method) => {
    const answer = await fetch(`${edge.origin}/-/docs/`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await answer.json()).toMatchObject({ code: 'edge.method_not_allowed' });
  });

  it('pages of the documentation have no endings, folders end in a slash, and HEAD has no body', async () => {
    for (const address of ['/-/docs/', '/-/docs/authors', '/-/docs/runbooks/', '/-/docs/errors/edge/wrong_host']) {
      const answer = await fetch(`${edge.origin}${address}`);
      expect([address, answer.status, answer.headers.get('content-type')]).toEqual([
        address,
        200,
        'text/html; charset=utf-8',
      ]);
      const head = await fetch(`${edge.origin}${address}`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect(head.headers.get('content-length')).toBe(String((await answer.arrayBuffer()).byteLength));
    }
    for (const folder of ['/-/docs', '/-/docs/runbooks']) {
      const answer = await fetch(`${edge.origin}${folder}`, { redirect: 'manual' });
      expect(answer.headers.get('location')).toBe(`${folder}/`);
    }
  });

  it('files of the documentation with a hash in their name are cached permanently, pages are revalidated', async () => {
    const assets = await readdir(path.join(site, 'assets'));
    const types = { js: 'javascript', css: 'text/css', woff2: 'font/woff2' };
    for (const [ending, type] of Object.entries(types)) {
      const name = assets.find((file) => file.endsWith(`.${ending}`));
      const answer = await fetch(`${edge.origin}/-/docs/assets/${name}`);
      expect(answer.headers.get('content-type')).toContain(type);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      await answer.arrayBuffer();
    }
    const page = await fetch(`${edge.origin}/-/docs/authors`);
    const etag = page.headers.get('etag') ?? '';
    expect([page.headers.get('cache-control'), etag]).toEqual(['public, no-cache', expect.stringMatching(/^W?\/?"/)]);
    // Without fetch, which asks for a fresh answer along with the tag.
    expect((await getRaw('/-/docs/authors', `if-none-match: ${etag}\r\n`)).status).toBe(304);
  });

  it('each page of the documentation names the icon of the site, so that no browser looks for a favicon.ico', async () => {
    for (const path of ['/-/docs/', '/-/docs/authors', '/-/docs/no-such-page']) {
      const html = await (await fetch(`${edge.origin}${path}`, { headers: { accept: 'text/html' } })).text();
      const href = /<link rel="icon"[^>]* href="([^"]+)"/.exec(html)?.[1];
      const icon = await fetch(`${edge.origin}${href}`);
      expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
      expect(await icon.text()).toContain('<title>Patchbay</title>');
    }
  });

  it('the policy of the documentation names its inline scripts by hash and opens nothing', async () => {
    const answer = await fetch(`${edge.origin}/-/docs/`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self'( 'sha256-[\w+/]+=')+;/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  inChromium.it(
    'a reader searches a word and opens what is found, with nothing refused and nothing asked elsewhere',
    async () => {
      if ('missing' in chromiumHere) return;
      const browser = await chromium.launch(chromiumHere.found);
      try {
        const page = await browser.newPage();
        const messages: string[] = [];
        const asked: string[] = [];
        page.on('console', (message) => messages.push(message.text()));
        page.on('pageerror', (error) => messages.push(String(error)));
        page.on('request', (request) => asked.push(request.url()));
        await page.goto(`${edge.origin}/-/docs/`);
        await page.getByRole('button', { name: 'Search' }).click();
        await page.getByRole('searchbox').fill('wrong_host');
        await page.getByRole('option').filter({ hasText: 'does not serve this host name' }).first().click();
        await page.waitForURL('**/-/docs/errors/edge/wrong_host*');
        await page.getByRole('heading', { level: 1, name: 'does not serve this host name' }).waitFor();
        await page.getByRole('link', { name: 'Authors' }).first().click();
        await page.waitForURL('**/-/docs/authors');
        await page.goto(`${edge.origin}/-/docs/no-such-page`);
        await page.getByText('PAGE NOT FOUND').waitFor();
        expect(messages.filter((line) => !line.includes('404'))).toEqual([]);
        expect(asked.filter((url) => !url.startsWith(`${edge.origin}/-/docs/`) && !url.startsWith('data:'))).toEqual(
          [],
        );
      } finally {
        await browser.close();
      }
    },
  );
});
