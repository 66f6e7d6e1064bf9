import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  hasSandboxes,
  readConnector,
  redisMissing,
  skipUnless,
  temporaryDirectory,
  waitFor,
  withPlatform,
} from '@patchbay/testing';
import { expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth } from './read-health.ts';

const run = promisify(execFile);
const isAble = hasSandboxes() && redisMissing() === null;
const { describe, it } = skipUnless(isAble, redisMissing() ?? 'bubblewrap or user namespaces are missing');

const here = withPlatform({ when: isAble, redis: true, worker: true }, async ({ given, origin }) => {
  const acme = await given.organization('acme');
  const deployKey = await given.apiKey(acme, undefined, 'admin');
  return { deployKey, mcpKey: await given.apiKey(acme), source: await packGreeter(origin) };
});

/** A small connector as the command line would send it. */
async function packGreeter(origin: string): Promise<Buffer> {
  const directory = await temporaryDirectory('greeter');
  const dependencies = { '@patchbay/connector': `${origin}/-/downloads/connector.tgz`, zod: '^4.0.0' };
  await mkdir(path.join(directory, 'src'));
  await writeFile(
    path.join(directory, 'package.json'),
    JSON.stringify({ name: 'greeter', type: 'module', dependencies }),
  );
  await writeFile(path.join(directory, 'src/index.ts'), readConnector('greeter'));
  return (await run('tar', ['-czf', '-', '-C', directory, '.'], { encoding: 'buffer' })).stdout;
}

async function deploy(): Promise<number> {
  const address = `${here.platform.origin}/api/v1/organizations/acme/connectors/greeter/versions?create=true&typecheck=false`;
  const response = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${here.deployKey}`, 'content-type': 'application/gzip' },
    body: new Uint8Array(here.source),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { number: number }).number;
}

async function greet(path = '/acme/greeter/mcp'): Promise<string> {
  const { headers, body } = modernRequest('tools/call', { name: 'greet', arguments: { name: 'Ada' } });
  const response = await fetch(`${here.platform.origin}${path}`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${here.mcpKey}` },
  });
  return response.text();
}
const answers = (version: number) =>
  waitFor(async () => (await greet(`/acme/greeter@${version}/mcp`)).includes('Hello, Ada'), {
    deadlineMs: 15_000,
    what: `version ${version}`,
  });

const WITHOUT_REDIS = {
  status: 200,
  state: 'degraded',
  checks: {
    redis: { state: 'down', reasons: [expect.stringMatching(/ENOENT|ECONNREFUSED/)] },
    queue: { state: 'down', reasons: [expect.any(String)] },
    database: { state: 'ok' },
  },
};

describe('an installation whose Redis is away', () => {
  it('an installation starts without Redis, reports it in its health, and deploys all the same', async () => {
    await here.platform.redis?.stop();
    const { gateway, worker } = here.platform.processes;
    await Promise.all([gateway.end(), worker?.end('SIGKILL')]);
    await gateway.restart();
    expect(await readHealth(here.platform)).toMatchObject(WITHOUT_REDIS);
    const version = await deploy();
    await worker?.restart();
    await answers(version);
  });

  it('calls continue while Redis is away, and an upload is accepted and finished when it is back', async () => {
    await here.platform.redis?.restart();
    const isBack = async () => {
      const { queue, redis: probe } = (await readHealth(here.platform)).checks;
      return queue?.state === 'ok' && probe?.state === 'ok';
    };
    await waitFor(isBack, { what: 'Redis and the queue to answer again' });
    expect(await greet()).toContain('Hello, Ada');

    await here.platform.redis?.stop();
    await waitFor(async () => (await readHealth(here.platform)).checks.redis?.state === 'down');
    expect(await greet()).toContain('Hello, Ada');
    const version = await deploy();
    await here.platform.redis?.restart();
    await answers(version);
  });
});
