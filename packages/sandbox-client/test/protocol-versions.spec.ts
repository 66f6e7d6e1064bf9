/** Processes of two releases at once: each of these fakes behaves as the release before, which knew no hello. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeJson,
  encodeJsonFrame,
  encodeMixedFrame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  SUPERVISOR_FRAMES,
  type VersionRange,
} from '@patchbay/sandbox-protocol/wire';
import { waitFor } from '@patchbay/testing';
import { artifactOf, invocationOf, textOf, toolRunning } from '@patchbay/testing/hosts/given-host';
import { givenClient, givenPlainHost } from '@patchbay/testing/hosts/given-hosts';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fixedSupervisors } from '../src/index.ts';

const CODE = toolRunning(`return 'served';`);
const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 0, egressMs: 0, cold: false };

/** The isolation key as the release before reads it: strictly. */
const keyBefore = z.strictObject({
  organizationId: z.string(),
  connectorId: z.string(),
  versionId: z.string(),
  settingsRevision: z.number(),
  subject: z.string(),
});

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A supervisor at a unix socket that declares `versions`, or none, and reads as strictly as the previous release. */
async function startSupervisorStandIn(versions?: VersionRange) {
  const directory = await mkdtemp(join(tmpdir(), 'pb-stand-in-'));
  const socketPath = join(directory, 'supervisor.sock');
  const received: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write(
      encodeJsonFrame(SUPERVISOR_FRAMES.status, { hostId: 'before', state: 'serving', takesTasks: true, versions }),
    );
    const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
    socket.on('data', (chunk) => {
      for (const { type, payload } of reader.push(chunk)) {
        received.push(type);
        if (versions && type === SUPERVISOR_FRAMES.hello) continue;
        // The release before ends the connection at a frame or a key it does not know.
        if (type > SUPERVISOR_FRAMES.health) return void socket.destroy();
        const value = decodeJson(payload) as { id: string; key: unknown };
        if (type === SUPERVISOR_FRAMES.health) {
          socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.done, { id: value.id, value: {} }));
          continue;
        }
        if (!versions && !keyBefore.safeParse(value.key).success) return void socket.destroy();
        const result = { content: [{ type: 'text', text: 'served before' }] };
        const outcome = { kind: 'complete', result, timings: TIMINGS };
        socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.outcome, { id: value.id, outcome }));
      }
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { received, target: { id: 'before', socketPath } };
}

function clientOf(target: { id: string; socketPath: string }) {
  const given = givenClient(fixedSupervisors([target]));
  closing.push(() => given.client.close());
  return given;
}

describe('a gateway with a supervisor of the release before', () => {
  it('a supervisor of the previous release serves calls and previews, and gets only frames it knows', async () => {
    const { received, target } = await startSupervisorStandIn();
    const { client, invocation } = clientOf(target);
    expect(textOf(await client.invoke(invocation({ code: CODE })))).toBe('served before');
    expect(textOf(await client.invoke(invocation({ code: CODE, key: { preview: true } })))).toBe('served before');
    expect(received).toEqual([SUPERVISOR_FRAMES.invoke, SUPERVISOR_FRAMES.invoke]);
    expect(await client.supervisors()).toMatchObject([{ state: 'serving', version: 1 }]);
  });

  it('sends parameters within the JSON of the call to a supervisor that reads only that', async () => {
    const { received, target } = await startSupervisorStandIn({ min: 1, max: 2 });
    const { client, invocation } = clientOf(target);
    await waitFor(async () => (await client.supervisors())[0]?.version === 2);
    expect(textOf(await client.invoke(invocation({ code: CODE, key: { preview: true } })))).toBe('served before');
    expect(received).toContain(SUPERVISOR_FRAMES.invoke);
    expect(received).not.toContain(SUPERVISOR_FRAMES.call);
  });

  it('sends no call that needs a credential to a supervisor of the previous release', async () => {
    const { received, target } = await startSupervisorStandIn();
    const { client, invocation } = clientOf(target);
    const credentials = [{ id: 'crd_1', hosts: ['api.github.com'] }];
    for (const needing of [
      invocation({ code: CODE, credentials }),
      invocation({ code: CODE, key: { providers: ['github'] } }),
    ]) {
      await expect(client.invoke(needing)).rejects.toMatchObject({ code: 'sandbox.release_mismatch', sent: false });
    }
    expect(received).toEqual([]);
  });
});

describe('processes whose versions do not meet', () => {
  it('a gateway counts a supervisor without a common version as unreachable and names the one to upgrade', async () => {
    const { received, target } = await startSupervisorStandIn({ min: 7, max: 9 });
    const { client, invocation } = clientOf(target);
    await waitFor(async () => (await client.supervisors())[0]?.reason?.includes('version 7 to 9') ?? false);
    expect(await client.supervisors()).toMatchObject([
      { state: 'away', reason: expect.stringMatching(/this process 1 to 4: upgrade this process$/) },
    ]);
    const signal = AbortSignal.timeout(500);
    await expect(client.invoke(invocation({ code: CODE }), { signal })).rejects.toThrow();
    expect(received).toEqual([]);
  });

  it('a supervisor ends the connection of a gateway that speaks none of its versions', async () => {
    const refusals: string[] = [];
    const host = await givenPlainHost({ hostId: 'one', onRefused: (reason) => refusals.push(reason) });
    closing.push(() => host.close());
    const socket = connect((host.target as { socketPath: string }).socketPath);
    socket.on('error', () => {});
    await once(socket, 'data');
    socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.hello, { versions: { min: 7, max: 9 } }));
    await once(socket, 'close');
    expect(refusals).toEqual([expect.stringContaining('version 7 to 9')]);
  });
});

describe('a supervisor', () => {
  it('a supervisor serves a gateway of the previous release, which sends no hello and a shorter key', async () => {
    const host = await givenPlainHost({ hostId: 'one' });
    closing.push(() => host.close());
    const socket = connect((host.target as { socketPath: string }).socketPath);
    closing.push(() => socket.destroy());
    const { digest, artifact } = artifactOf(CODE);
    const invocation = invocationOf({ code: CODE }, digest);
    const { preview: _, providers: __, ...key } = invocation.key;
    const outcome = new Promise((resolve) => {
      const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
      socket.on('data', (chunk) => {
        for (const { type, payload } of reader.push(chunk)) {
          const value = decodeJson(payload) as { id: string; outcome: unknown };
          if (type === SUPERVISOR_FRAMES.status) {
            socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.invoke, { ...invocation, key }));
          }
          if (type === SUPERVISOR_FRAMES.provide) {
            const header = { id: value.id, secrets: {}, artifactBytes: artifact.byteLength };
            socket.write(encodeMixedFrame(SUPERVISOR_FRAMES.provided, header, artifact));
          }
          if (type === SUPERVISOR_FRAMES.outcome) resolve(value.outcome);
          if (type === SUPERVISOR_FRAMES.failed) resolve(value);
        }
      });
    });
    expect(await outcome).toMatchObject({ kind: 'complete', result: { content: [{ text: 'served' }] } });
  });

  it('a supervisor and a gateway of this release agree on its newest version', async () => {
    const host = await givenPlainHost({ hostId: 'one' });
    closing.push(() => host.close());
    const { client, invocation } = clientOf(host.target as { id: string; socketPath: string });
    expect(textOf(await client.invoke(invocation({ code: CODE })))).toBe('served');
    expect(await client.supervisors()).toMatchObject([{ state: 'serving', version: 4 }]);
  });
});
