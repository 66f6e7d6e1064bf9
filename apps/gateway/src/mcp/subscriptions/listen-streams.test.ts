import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { givenAnonymous, givenEndpoint } from '../../../test/given-call.ts';
import { StreamPermits } from '../../limits/stream-permits.ts';
import { Leases } from '../../streams/leases.ts';
import { connectorAccess } from '../context/access.ts';
import { manifestOf } from '../manifests/live-manifests.ts';
import { ListenStreams } from './listen-streams.ts';

const endpoint = givenEndpoint({
  connectorSlug: 'feed',
  manifest: { server: { name: 'feed', version: '1' }, capabilities: { tools: {} } },
});
const served = {
  endpoint,
  principal: givenAnonymous(endpoint),
  manifest: manifestOf(endpoint),
};
const access = connectorAccess(served, { policyRevision: 0, challenge: () => null });

/** Streams of a gateway, and how many listeners they hold at the connectors. */
function given() {
  let listeners = 0;
  const subscribe = async () => {
    listeners += 1;
    return () => {
      listeners -= 1;
    };
  };
  const streams = new ListenStreams({
    leases: new Leases({ onChange: () => () => undefined, onStale: () => () => undefined }),
    events: { publish: () => undefined, subscribe },
    permits: new StreamPermits({ principalMax: 1, organizationMax: 1 }),
    followResources: async () => undefined,
  });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const stream = { open() {}, notify() {}, keepAlive() {}, end() {}, dispose() {} };
  const open = () =>
    streams.open({ response, stream, access, reauthorize: async () => access, followed: async () => [] });
  return { response, open, listeners: () => listeners };
}

describe('a stream that listens', () => {
  it('a stream of changes holds a listener at its connector until its client disconnects', async () => {
    const { response, open, listeners } = given();
    await open();
    expect(listeners()).toBe(1);
    response.emit('close');
    await expect.poll(listeners).toBe(0);
  });

  it.each([
    ['before it opens', 'at once'],
    ['while it opens', 'meanwhile'],
  ])('a stream of changes holds nothing for a client that is gone %s', async (_when, gone) => {
    const { response, open, listeners } = given();
    if (gone === 'at once') response.destroy();
    const opened = open();
    if (gone === 'meanwhile') response.emit('close');
    await opened;
    await expect.poll(listeners).toBe(0);
    // Its place came back.
    await open();
  });
});
