import path from 'node:path';
import { listLogLines } from '@patchbay/domain/logs';
import { setSecret } from '@patchbay/domain/secrets';
import { listUsage, type UsageEvent } from '@patchbay/domain/usage';
import { Secret } from '@patchbay/foundation';
import { bundleConnector, echoVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { createVault, openKeySource } from '@patchbay/vault';
import { expect } from 'vitest';
import { type legacyRequest, modernRequest } from '../edge-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({}, async ({ given }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'echo', echoVersion('one'));
  const confidant = await given.live(acme, 'confidant', echoVersion('x', bundleConnector('confidant')));
  return { acme, confidant, key: await given.apiKey(acme) };
});

const post = (connector: string, request: ReturnType<typeof legacyRequest | typeof modernRequest>) =>
  fetch(`${here.platform.origin}/acme/${connector}/mcp`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: `Bearer ${here.key}` },
  });
const call = (name: string) => modernRequest('tools/call', { name, arguments: {} });
const scope = () => ({ organizationId: here.acme.id });

/** The usage event of one request, once it is in the database. */
const recorded = (requestId: string | null): Promise<UsageEvent> =>
  waitFor(
    async () => {
      const page = await here.platform.given.database.withOrganization(scope(), (tx) =>
        listUsage(tx, {}, { limit: 50 }),
      );
      return page.items.find((event) => event.requestId === requestId);
    },
    { deadlineMs: 15_000, what: `the usage event of ${requestId}` },
  );

describe('a gateway that ends', () => {
  it('a gateway finishes the call in flight on SIGTERM, and the call is on record', async () => {
    await (await post('echo', call('mark'))).text();
    const inFlight = post('echo', call('slow'));
    await waitFor(async () => (await callsInFlight()) > 0, { what: 'a call in flight' });
    await here.platform.processes.gateway.end('SIGTERM');
    const response = await inFlight;
    expect(await response.json()).toMatchObject({ result: { content: [{ text: 'one' }] } });
    await here.platform.processes.gateway.restart();
    expect(await recorded(response.headers.get('request-id'))).toMatchObject({ outcome: 'complete', name: 'slow' });
  });

  it('a gateway that is killed right after an answer loses no recorded call', async () => {
    const response = await post('echo', call('mark'));
    await response.text();
    await here.platform.processes.gateway.end('SIGKILL');
    await here.platform.processes.gateway.restart();
    expect(await recorded(response.headers.get('request-id'))).toMatchObject({ outcome: 'complete', name: 'mark' });
  });
});

describe('a changed secret', () => {
  it('a changed secret is in force for later calls, in a new sandbox', async () => {
    const vault = createVault({
      keySource: await openKeySource({ masterKeyFile: path.join(here.platform.directory, 'master.key') }),
    });
    const answer = async () => {
      const { result } = (await (await post('confidant', call('mark'))).json()) as {
        result: { content: { text: string }[] };
      };
      return result.content[0]?.text;
    };
    expect(await answer()).toBe('none');
    for (const value of ['first', 'second']) {
      const input = { connectorId: here.confidant.id, name: 'TOKEN', value: new Secret(value) };
      await here.platform.given.database.withOrganization(scope(), (tx) =>
        setSecret(tx, here.acme.owner.actor, vault, input),
      );
      await waitFor(async () => (await answer()) === value, { what: `the secret ${value}` });
    }
    vault.close();
  });
});

describe('what a connector writes', () => {
  it('a log line of a connector is kept with the id of the request it belongs to', async () => {
    const response = await post('confidant', call('mark'));
    await response.text();
    const line = await waitFor(async () => {
      const lines = await here.platform.given.database.withOrganization(scope(), (tx) =>
        listLogLines(tx, here.confidant.id, { after: null, limit: 100 }, { reader: here.acme.owner.id }),
      );
      return lines.find((one) => one.requestId === response.headers.get('request-id'));
    });
    expect(line).toMatchObject({ text: 'asked', versionNumber: 1 });
  });
});

async function callsInFlight(): Promise<number> {
  const metrics = await (await fetch(`${here.platform.internalUrl}/metrics`)).text();
  return Number(/^patchbay_calls_in_flight (\d+)$/m.exec(metrics)?.[1] ?? 0);
}
