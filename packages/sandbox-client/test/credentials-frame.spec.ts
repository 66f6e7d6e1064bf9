/** How the value of a credential reaches a supervisor: pulled for one call, in a frame of its own, and nowhere else. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, Secret } from '@patchbay/foundation';
import type { Invocation } from '@patchbay/sandbox-protocol';
import {
  type CredentialGrant,
  type Frame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  SUPERVISOR_FRAMES,
} from '@patchbay/sandbox-protocol/wire';
import {
  artifactOf,
  type GivenInvocation,
  invocationOf,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { type GivenPlainHost, givenPlainHost } from '@patchbay/testing/hosts/given-hosts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandboxClient, fixedSupervisors, type SandboxClient } from '../src/index.ts';

const VALUE = 'gho_planted_value';
/** Everything that the connector was given with the call. */
const CODE = toolRunning('return JSON.stringify(context);');
const CREDENTIALS = [{ id: 'crd_1', hosts: ['api.github.com'] }];

let host: GivenPlainHost;
let client: SandboxClient;
let directory: string;
let server: ReturnType<typeof createServer>;
/** Frames to and from the supervisor. */
const sent: Frame[] = [];
const received: Frame[] = [];
const sockets = new Set<Socket>();
let open: (invocation: Invocation) => Promise<readonly CredentialGrant[]>;

beforeAll(async () => {
  host = await givenPlainHost({ hostId: 'one' });
  directory = await mkdtemp(join(tmpdir(), 'pb-tap-'));
  const socketPath = join(directory, 'tap.sock');
  server = createServer((socket) => {
    const upstream = connect((host.target as { socketPath: string }).socketPath);
    for (const [from, to, frames] of [
      [socket, upstream, sent],
      [upstream, socket, received],
    ] as const) {
      const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (chunk) => frames.push(...reader.push(chunk)));
      from.pipe(to);
    }
  });
  server.listen(socketPath);
  await once(server, 'listening');
  client = createSandboxClient({
    supervisors: fixedSupervisors([{ id: 'one', socketPath }]),
    provision: async () => ({ artifact: artifactOf(CODE).artifact, secrets: {} }),
    openCredentials: (invocation) => open(invocation),
    onLog: () => {},
  });
});
afterAll(async () => {
  await client.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  await host.close();
  await rm(directory, { recursive: true, force: true });
});

const grant: CredentialGrant = {
  id: 'crd_1',
  name: 'github',
  account: 'ada',
  isDefault: true,
  secret: new Secret(VALUE),
  provider: 'github',
  connectionHost: null,
  organizationHosts: null,
  placement: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
  revision: 1,
};
const invoke = (given: Partial<GivenInvocation> = {}) => {
  sent.length = 0;
  received.length = 0;
  return client.invoke(invocationOf({ code: CODE, ...given }, artifactOf(CODE).digest));
};
const typesOf = (frames: readonly Frame[]) => frames.map(({ type }) => type);

it('pulls a credential for a call that names one, and sends its value in that one frame alone', async () => {
  open = async () => [grant];
  const text = textOf(await invoke({ credentials: CREDENTIALS }));
  // The connector got a reference and not the value.
  expect(text).toMatch(/"github":"cref_[\w-]{22}"/);
  expect(text).not.toContain(VALUE);
  expect(typesOf(received)).toContain(SUPERVISOR_FRAMES.pullCredentials);
  const holding = [...sent, ...received].filter(({ payload }) => payload.includes(VALUE));
  expect(typesOf(holding)).toEqual([SUPERVISOR_FRAMES.credentials]);
});

it('pulls no credential for a call that names none', async () => {
  open = async () => {
    throw new Error('no request was made');
  };
  await invoke();
  expect(typesOf(received)).not.toContain(SUPERVISOR_FRAMES.pullCredentials);
});

it('a call whose credential cannot be opened fails with that reason and does not run', async () => {
  open = async () => {
    throw new AppError('data.unavailable');
  };
  await expect(invoke({ credentials: CREDENTIALS })).rejects.toMatchObject({ code: 'data.unavailable' });
  expect(typesOf(sent)).not.toContain(SUPERVISOR_FRAMES.credentials);
});
