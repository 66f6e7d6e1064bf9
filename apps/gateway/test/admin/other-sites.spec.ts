/**
 * Attacks of a page of another site, a page on another port of this host, and an untrusted file on a signed-in owner's
 * browser. A real Chromium decides what it sends and what it lets scripts read.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@patchbay/foundation';
import { findTestChromium, freePort, skipUnless, waitFor } from '@patchbay/testing';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { EndpointSpec } from '../../src/admin/definition/endpoint-spec.ts';
import { ENDPOINTS } from '../../src/admin/endpoints/index.ts';
import { Installation, type SignedIn } from './given.ts';

const chromiumHere = await findTestChromium();
const { describe, it } = skipUnless(
  'found' in chromiumHere,
  `Chromium is ${'missing' in chromiumHere ? chromiumHere.missing : 'here'}`,
);
/** Another site on this machine. */
const OTHER_SITE = '--host-resolver-rules=MAP other-site.test 127.0.0.1';

/** Every way a page has to send something elsewhere. `attack` answers what it could read. */
const STRANGER = `<!doctype html><title>stranger</title><script>
  async function attack(target, method) {
    const attempts = [
      { method, credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' },
      { method: 'POST', credentials: 'include', mode: 'no-cors', body: '{"slug":"stolen"}' },
      { method: 'POST', credentials: 'include', mode: 'no-cors', body: new URLSearchParams({ slug: 'stolen' }) },
    ];
    const read = [];
    for (const attempt of attempts) {
      const text = await fetch(target, attempt).then((answer) => answer.text()).catch(() => '');
      if (text) read.push(text);
    }
    navigator.sendBeacon(target, new Blob(['{"slug":"stolen"}'], { type: 'text/plain' }));
    return read;
  }
  function submitTo(action) {
    const frame = document.createElement('iframe');
    frame.name = action;
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action, enctype: 'text/plain', target: action });
    document.body.append(frame, form);
    form.submit();
  }
</script>`;

const CHANGES: readonly (readonly [string, EndpointSpec])[] = Object.entries(ENDPOINTS).filter(
  ([, { method }]) => method !== 'GET',
);

let installation: Installation;
let origin: string;
let owner: SignedIn & { organizationId: string };
let stranger: Server;
let strangerPort: number;
let browser: Browser;
let context: BrowserContext;
/** The browser's requests to the platform: method, path, whether the session came along, and the answer. */
let asked: { method: string; path: string; cookie: boolean; site: string | undefined; status: number }[] = [];

beforeAll(async () => {
  if ('missing' in chromiumHere) return;
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  await installation.app.listen({ port, host: 'localhost' });
  installation.app.server.on('request', (request, response) => {
    const { cookie, 'sec-fetch-site': site } = request.headers;
    response.on('finish', () =>
      asked.push({
        method: request.method ?? '',
        path: request.url ?? '',
        cookie: cookie !== undefined,
        site: site as string | undefined,
        status: response.statusCode,
      }),
    );
  });
  stranger = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(STRANGER);
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  strangerPort = (stranger.address() as AddressInfo).port;
  browser = await chromium.launch({ ...chromiumHere.found, args: [...chromiumHere.found.args, OTHER_SITE] });
  context = await browser.newContext();
  const [name = '', value = ''] = owner.cookie.split('=', 2);
  await context.addCookies([
    { name, value, domain: 'localhost', path: '/', httpOnly: true, sameSite: 'Lax', secure: false },
  ]);
});
afterAll(async () => {
  await browser?.close();
  stranger?.close();
  await installation?.close();
});

const pathOf = ({ path }: EndpointSpec) =>
  `/api/v1${path.replace(':organization', 'acme').replace(':connector', 'weather').replace(/:\w+/g, '1')}`;

/** Everything of the organization that a change could have touched. */
async function state(): Promise<string[]> {
  const paths = ['', '/members', '/invitations', '/api-keys', '/connectors', '/audit-events'];
  const answers = await Promise.all(
    paths.map((path) => installation.call('GET', `/organizations/acme${path}`, { as: owner })),
  );
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return answers.map(({ text }) => text);
}

describe('with the browser of a signed-in owner', () => {
  it('a request of our own origin changes things, so that the tests of other sites can fail', async () => {
    const made = await context.request.post(`${origin}/api/v1/organizations/acme/connectors`, {
      data: { slug: 'weather' },
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect(made.status()).toBe(201);
  });

  it.each([
    ['another site', () => `http://other-site.test:${strangerPort}/`, 'cross-site'],
    ['another port of this host', () => `http://localhost:${strangerPort}/`, 'same-site'],
  ])('a page of %s changes nothing, by script or by form, at any endpoint', async (_where, address, site) => {
    const before = await state();
    const page = await context.newPage();
    await page.goto(address());
    asked = [];
    for (const [, endpoint] of CHANGES) {
      const url = `${origin}${pathOf(endpoint)}`;
      const readable = await page.evaluate(`attack(${JSON.stringify(url)}, '${endpoint.method}')`);
      expect([url, readable]).toEqual([url, []]);
    }
    for (const path of ['/api/v1/organizations/acme/connectors', '/api/v1/organizations', '/api/auth/sign-out']) {
      const sent = asked.length;
      await page.evaluate(`submitTo(${JSON.stringify(origin + path)})`);
      const answer = await waitFor(() => asked.slice(sent).find((one) => one.path === path), {
        what: `the form to ${path}`,
      });
      expect(answer).toMatchObject({ method: 'POST', status: 403 });
    }
    await page.close();
    const reached = asked.filter(({ method }) => method === 'POST');
    expect(reached.length).toBeGreaterThanOrEqual(CHANGES.length);
    expect(new Set(reached.map(({ status }) => status))).toEqual(new Set([403]));
    expect(new Set(asked.map((one) => one.site))).toEqual(new Set([site]));
    // Another port gets the session cookie sent along: the rule, not the cookie's attributes, is what holds there.
    if (site === 'same-site') expect(asked.some(({ cookie }) => cookie)).toBe(true);
    expect(await state()).toEqual(before);
  });

  it('a hostile file of a stranger is a download, and has no right of ours even if a page is made of it', async () => {
    const hostile = `<script>
      const report = (name, value) => { document.title += ' ' + name + '=' + value; };
      try { report('cookie', document.cookie); } catch (error) { report('cookie', error.name); }
      try { report('parent', parent.document.title); } catch (error) { report('parent', error.name); }
      fetch('/api/v1/organizations', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    </script>`;
    const organizationId = newId('organization');
    const stored = await installation.artifacts.put(organizationId, Buffer.from(hostile), { bytesMax: 10_000 });
    const file = { fileName: 'preview.html', contentType: 'text/html', organizationId, digest: stored.digest };
    const { id } = await installation.files.offer(file);
    const page = await context.newPage();
    const download = page.waitForEvent('download');
    await page.goto(`${origin}/-/untrusted/${id}`).catch(() => undefined);
    expect((await download).suggestedFilename()).toBe('preview.html');
    expect(page.url()).toBe('about:blank');

    // A browser without that header's support would show it: the policy of the same answer still takes every right.
    const shown = await installation.files.offer(file);
    await page.route('**/-/untrusted/*', async (route) => {
      const answer = await route.fetch();
      const headers = answer.headers();
      delete headers['content-disposition'];
      expect(headers['set-cookie']).toBeUndefined();
      await route.fulfill({ response: answer, headers });
    });
    asked = [];
    await page.goto(`${origin}/-/untrusted/${shown.id}`);
    expect(await page.title()).toBe('');
    expect(asked.filter(({ method }) => method === 'POST')).toEqual([]);
    await page.close();
  });
});
