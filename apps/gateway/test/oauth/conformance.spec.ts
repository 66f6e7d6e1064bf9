/** The official conformance suite for authorization servers, with a person who answers its consent page. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@patchbay/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Installation } from '../admin/given.ts';
import { Browser, liveConnector, OAuthClient, type Owner } from './given.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const SUITE = path.join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

let installation: Installation;
let origin: string;
let owner: Owner;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
});
afterAll(() => installation.close());

/** Everything that the suite prints; each address that it asks a person to open is opened and allowed. */
async function runSuite(suite: ChildProcessWithoutNullStreams): Promise<string> {
  const lines: string[] = [];
  const browser = new Browser(origin, owner);
  const allowed: Promise<unknown>[] = [];
  const allow = async (url: string) => {
    const page = await browser.visit(url);
    const { location } = page.location === null ? await browser.answer(page, 'allow') : page;
    if (location !== null) await fetch(location);
  };
  createInterface(suite.stdout).on('line', (line) => {
    lines.push(line);
    const [url] = /http:\/\/localhost:\d+\/authorize\?\S+/.exec(line) ?? [];
    if (url !== undefined) allowed.push(allow(url));
  });
  createInterface(suite.stderr).on('line', (line) => lines.push(line));
  await once(suite, 'close');
  await Promise.all(allowed);
  return lines.join('\n');
}

it('the authorization server passes every scenario of the official conformance suite', async () => {
  const port = await freePort();
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const resource = `${origin}/acme/weather/mcp`;
  const { id } = await OAuthClient.register(origin, resource, { redirect_uris: [redirectUri] });
  const args = ['authorization', '--url', origin, '--client-id', id, '--resource', resource, '--port', String(port)];
  const suite = spawn(process.execPath, [SUITE, ...args]);
  const output = await runSuite(suite);
  expect([suite.exitCode, output]).toEqual([0, expect.stringMatching(/Total: [1-9]\d* passed, 0 failed/)]);
});
