import path from 'node:path';
import { listLogLines } from '@patchbay/domain/logs';
import { setSecret } from '@patchbay/domain/secrets';
import { listUsage, type UsageEvent } from '@patchbay/domain/usage';
import { Secret } from '@patchbay/foundation';
import {
  echoVersion,
  type GivenConnector,
  type GivenOrganization,
  hasSandboxes,
  type Platform,
  skipUnless,
  startPlatform,
  waitFor,
} from '@patchbay/testing';
import { createVault, fileKeySource } from '@patchbay/vault';
import { afterAll, beforeAll, expect } from 'vitest';
import { type legacyRequest, modernRequest } from '../edge-fixture.ts';

/** Reads its secret and writes a log line whenever it is called. */
const CONFIDANT = `
  const { McpServer } = require('@modelcontextprotocol/server');
  exports.default = () => {
    const server = new McpServer({ name: 'confidant', version: '1.0.0' });
    server.registerTool('mark', { annotations: { readOnlyHint: true } }, async () => {
      console.error('asked');
      const { secrets } = globalThis[Symbol.for('patchbay.runtime')].current();
      return { content: [{ type: 'text', text: secrets.TOKEN ?? 'none' }] };
    });
    return server;
  };`;

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

let platform: Platform;
let acme: GivenOrganization;
let confidant: GivenConnector;
let key: string;

beforeAll(async () => {
  if (!hasSandboxes()) return;
  platform = await startPlatform();
  acme = await platform.given.organization('acme');
  const echo = await platform.given.connector(acme, 'echo');
  await platform.given.publishedVersion(echo, echoVersion('one'));
  confidant = await platform.given.connector(acme, 'confidant');
  await platform.given.publishedVersion(confidant, echoVersion('x', { code: CONFIDANT }));
  key = await platform.given.apiKey(acme);
}, 60_000);
afterAll(() => platform?.stop());

const post = (connector: string, request: ReturnType<typeof legacyRequest | typeof modernRequest>) =>
  fetch(`${platform.origin}/acme/${connector}/mcp`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: `Bearer ${key}` },
  });
const call = (name: string) => modernRequest('tools/call', { name, arguments: {} });
const scope = () => ({ organizationId: acme.id });

/** The usage event of one request, once it is in the database. */
const recorded = (requestId: string | null): Promise<UsageEvent> =>
  waitFor(
    async () => {
      const page = await platform.given.database.withOrganization(scope(), (tx) => listUsage(tx, {}, { limit: 50 }));
      return page.items.find((event) => event.requestId === requestId);
    },
    { deadlineMs: 15_000, what: `the usage event of ${requestId}` },
  );

describe('a gateway that ends', () => {
  it('finishes the call in flight on SIGTERM, and the call is on record', async () => {
    await (await post('echo', call('mark'))).text();
    const inFlight = post('echo', call('slow'));
    await waitFor(async () => (await callsInFlight()) > 0, { what: 'a call in flight' });
    await platform.processes.gateway.end('SIGTERM');
    const response = await inFlight;
    expect(await response.json()).toMatchObject({ result: { content: [{ text: 'one' }] } });
    await platform.processes.gateway.restart();
    expect(await recorded(response.headers.get('request-id'))).toMatchObject({ outcome: 'complete', name: 'slow' });
  });

  it('loses no recorded call when it is killed right after the answer', async () => {
    const response = await post('echo', call('mark'));
    await response.text();
    await platform.processes.gateway.end('SIGKILL');
    await platform.processes.gateway.restart();
    expect(await recorded(response.headers.get('request-id'))).toMatchObject({ outcome: 'complete', name: 'mark' });
  });
});

describe('a changed secret', () => {
  it('is in force for the calls after it, in a new sandbox', async () => {
    const vault = await createVault({ keySource: fileKeySource(path.join(platform.directory, 'master.key')) });
    const answer = async () => {
      const { result } = (await (await post('confidant', call('mark'))).json()) as {
        result: { content: { text: string }[] };
      };
      return result.content[0]?.text;
    };
    expect(await answer()).toBe('none');
    for (const value of ['first', 'second']) {
      const input = { connectorId: confidant.id, name: 'TOKEN', value: new Secret(value) };
      await platform.given.database.withOrganization(scope(), (tx) => setSecret(tx, acme.owner.actor, vault, input));
      await waitFor(async () => (await answer()) === value, { deadlineMs: 8_000, what: `the secret ${value}` });
    }
    vault.close();
  });
});

describe('what a connector writes', () => {
  it('is kept with the id of the request it belongs to', async () => {
    const response = await post('confidant', call('mark'));
    await response.text();
    const line = await waitFor(async () => {
      const lines = await platform.given.database.withOrganization(scope(), (tx) =>
        listLogLines(tx, confidant.id, { after: null, limit: 100 }, { reader: acme.owner.id }),
      );
      return lines.find((one) => one.requestId === response.headers.get('request-id'));
    });
    expect(line).toMatchObject({ text: 'asked', versionNumber: 1 });
  });
});

async function callsInFlight(): Promise<number> {
  const metrics = await (await fetch(`${platform.internalUrl}/metrics`)).text();
  return Number(/^patchbay_calls_in_flight (\d+)$/m.exec(metrics)?.[1] ?? 0);
}
