import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { createConnectorEvents } from '../../src/mcp/subscriptions/connector-events.ts';
import { LocalPubSub } from '../../src/pub-sub/pub-sub.ts';
import { modernRequest, startEdge } from '../edge-fixture.ts';
import { givenApiKey, givenEndpoint, givenEndpoints } from '../given-call.ts';

/** Streams of one person, and of one organization: as many as the limits let. */
const PER_PERSON = 8;
const PER_ORGANIZATION = 800;
const BATCH = 40;

const endpointOf = (organization: string): Endpoint =>
  givenEndpoint({
    organizationSlug: organization,
    connectorId: `con_${organization}`,
    connectorSlug: 'feed',
    authMode: 'api_key',
    manifest: {
      server: { name: 'feed', version: '1' },
      capabilities: { resources: { subscribe: true } },
      tools: [{ name: 'a' }],
      resources: [{ uri: 'feed://one', name: 'one' }],
    },
  });

/** `pbk_mcp_7_acme`: the key of person 7 in organization acme. */
function keyOf(text: string): VerifiedApiKey {
  const [, , person = '', organization = ''] = text.split('_');
  return givenApiKey(person, { organizationId: `org_${organization}` });
}

export interface GivenReaders {
  /** How many streams the gateway has not closed. */
  open(): Promise<number>;
  /** Every connector publishes a change of each of these resources, or without any a change of its tools. */
  announce(uris?: readonly string[]): void;
  /** Bytes this process holds after a collection. */
  heldBytes(): number;
  close(): Promise<void>;
}

/** Clients of `subscriptions/listen` that ask, and then read nothing. */
export async function givenReaders(count: number, uris: readonly string[] = []): Promise<GivenReaders> {
  const events = createConnectorEvents(new LocalPubSub());
  const organizations = Array.from({ length: Math.ceil(count / PER_ORGANIZATION) }, (_, index) => `o${index}`);
  const endpoints = new Map(organizations.map((slug) => [slug, endpointOf(slug)]));
  const edge = await startEdge([], undefined, {
    events,
    apiKeys: { verify: async (text) => keyOf(text) },
    endpoints: givenEndpoints(async (organization) => endpoints.get(organization) ?? null),
  });
  const notifications = { toolsListChanged: true, resourceSubscriptions: [...uris] };
  const { headers, body } = modernRequest('subscriptions/listen', { notifications });
  const requestOf = (index: number) => {
    const organization = organizations[Math.floor(index / PER_ORGANIZATION)];
    const key = `pbk_mcp_${Math.floor(index / PER_PERSON)}_${organization}`;
    const lines = Object.entries({ ...headers, authorization: `Bearer ${key}` }).map((header) => header.join(': '));
    return [
      `POST /${organization}/feed/mcp HTTP/1.1`,
      ...[`host: localhost:${edge.port}`, `content-length: ${Buffer.byteLength(body)}`, ...lines, '', body],
    ].join('\r\n');
  };
  // A process of their own: both ends together would have more files open than one process may.
  const readers = fork(path.join(import.meta.dirname, 'reader-process.ts'));
  for (let index = 0; index < count; index += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - index) }, (_, offset) => requestOf(index + offset));
    readers.send({ port: edge.port, requests: batch });
    const [answer] = await once(readers, 'message');
    if (answer !== 'open') throw new Error(String(answer));
  }
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void; // as V8 defines it under that flag
  return {
    open: edge.connections,
    announce(changed) {
      for (const { organizationId, connectorId, versionId } of endpoints.values()) {
        const key = {
          organizationId,
          connectorId,
          versionId,
          settingsRevision: 0,
          subject: '',
          preview: false,
          providers: [],
        };
        if (!changed) events.publish({ key, method: 'notifications/tools/list_changed' });
        for (const uri of changed ?? []) events.publish({ key, method: 'notifications/resources/updated', uri });
      }
    },
    heldBytes() {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
    async close() {
      readers.kill();
      await edge.close();
    },
  };
}
