/** Three supervisors on networks of their own, one gateway here: what a lost machine costs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueCertificate } from '@patchbay/embedded/certificates';
import { createLogger, Secret } from '@patchbay/foundation';
import { createSandboxClient, type SandboxClient } from '@patchbay/sandbox-client';
import { RegisteredSupervisors } from '@patchbay/sandbox-client/registry';
import { type PeerName, peerUri } from '@patchbay/sandbox-protocol';
import { hasSandboxes, redisMissing, skipUnless, type TestRedis, testRedis, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { canMakeNamespaces, type GivenNamespace, givenNamespace } from './given-namespace.ts';
import { artifact, type GivenSupervisor, givenSupervisor, waiting } from './given-supervisor.ts';

const { describe, it } = skipUnless(
  hasSandboxes() && canMakeNamespaces && redisMissing() === null,
  'needs root with network namespaces, bubblewrap and Redis',
);

const HOUR_MS = 3_600_000;
const HOST_IDS = ['sup-a', 'sup-b', 'sup-c'] as const;
type HostId = (typeof HOST_IDS)[number];

describe('three supervisors on three machines', () => {
  let directory: string;
  let redis: TestRedis;
  let client: SandboxClient;
  const machines = new Map<HostId, { namespace: GivenNamespace; supervisor: GivenSupervisor }>();
  const machine = (id: HostId) => machines.get(id) ?? expect.unreachable(`there is no ${id}`);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pb-machines-'));
    redis = await testRedis();
    const validity = { from: new Date(Date.now() - HOUR_MS), until: new Date(Date.now() + HOUR_MS) };
    const authority = await createAuthority(validity);
    const issue = (name: PeerName) => {
      const usage = name.role === 'supervisor' ? 'server' : 'client';
      return issueCertificate(authority, { uri: peerUri(name), usage }, validity);
    };
    await Promise.all(
      HOST_IDS.map(async (id) => {
        const { certificate, key } = await issue({ role: 'supervisor', id });
        const file = (name: string) => join(directory, `${id}-${name}`);
        await writeFile(file('ca'), authority.certificate);
        await writeFile(file('certificate'), certificate);
        await writeFile(file('key'), key.reveal(), { mode: 0o600 });
        const namespace = givenNamespace();
        const environment = {
          SUPERVISOR_ID: id,
          SUPERVISOR_LISTEN: `${namespace.address}:7443`,
          SUPERVISOR_REGISTRY_URL: redis.url,
          SUPERVISOR_TLS_CA_FILE: file('ca'),
          SUPERVISOR_TLS_CERT_FILE: file('certificate'),
          SUPERVISOR_TLS_KEY_FILE: file('key'),
          SANDBOX_POOL_SIZE: '0',
          PACKAGE_STORE_DIR: '',
        };
        const supervisor = await givenSupervisor({ environment, enter: namespace.enter });
        machines.set(id, { namespace, supervisor });
      }),
    );
    const own = await issue({ role: 'gateway', id: 'here' });
    client = createSandboxClient({
      supervisors: new RegisteredSupervisors({
        redisUrl: new Secret(redis.url),
        configured: [],
        logger: createLogger('test', 'silent'),
      }),
      identity: { authority: authority.certificate, ...own },
      provision: async () => ({ artifact, secrets: {} }),
      onLog: () => {},
    });
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    for (const { namespace, supervisor } of machines.values()) {
      await supervisor.end();
      namespace.remove();
    }
    await redis?.stop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  const keyOf = (connector: number) => ({ ...waiting(0).key, connectorId: `con_${connector}` });
  const stateOf = async (id: HostId) => (await client.supervisors()).find(({ hostId }) => hostId === id)?.state;
  const serves = (id: HostId) =>
    waitFor(async () => (await stateOf(id)) === 'serving', { deadlineMs: 15_000, what: `${id} to serve` });
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'answered',
      ({ code }: { code?: string }) => code,
    );

  /** The host that a call of this connector waits for. */
  async function hostOf(connector: number): Promise<HostId> {
    const call = client.invoke(waiting(250, { key: keyOf(connector) }));
    const busy = () => client.supervisors().then((reports) => reports.find(({ inFlight }) => inFlight > 0)?.hostId);
    const [found] = await Promise.all([waitFor(busy), call]);
    return HOST_IDS.find((id) => id === found) ?? expect.unreachable(`a call waits for ${found}`);
  }

  /** A read and a write that are inside the sandbox of this connector. */
  async function callsInside(connector: number): Promise<{ readonly codes: Promise<(string | undefined)[]> }> {
    const key = keyOf(connector);
    await client.invoke(waiting(0, { key }));
    const calls = (['read', 'write'] as const).map((effect) => codeOf(client.invoke(waiting(20_000, { key, effect }))));
    await waitFor(async () => (await client.supervisors()).some(({ health }) => health?.sandboxes.busy === 1));
    return { codes: Promise.all(calls) };
  }

  const homes = new Map<HostId, number>();

  it('a gateway finds three supervisors by their registrations, and spreads connectors over all', async () => {
    for (const id of HOST_IDS) await serves(id);
    for (let connector = 0; connector < 24 && homes.size < HOST_IDS.length; connector += 1) {
      homes.set(await hostOf(connector), connector);
    }
    expect([...homes.keys()].sort()).toEqual([...HOST_IDS]);
  }, 120_000);

  it('calls of a killed machine are answered at once and by their effect, and its connectors move', async () => {
    const connector = homes.get('sup-a') ?? 0;
    const { codes } = await callsInside(connector);
    const killedAt = performance.now();
    machine('sup-a').supervisor.process.kill('SIGKILL');
    expect(await codes).toEqual(['sandbox.supervisor_lost', 'sandbox.outcome_unknown']);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    expect(await hostOf(connector)).not.toBe('sup-a');
  }, 60_000);

  it('a machine that is cut off is noticed within five seconds, and its connectors move', async () => {
    const connector = homes.get('sup-b') ?? 0;
    const { codes } = await callsInside(connector);
    const cutAt = performance.now();
    machine('sup-b').namespace.cut();
    expect(await codes).toEqual(['sandbox.supervisor_lost', 'sandbox.outcome_unknown']);
    expect(performance.now() - cutAt).toBeLessThan(5_000);
    expect(await hostOf(connector)).toBe('sup-c');
  }, 60_000);

  it('the health of each of three machines is reported', async () => {
    const reports = await client.supervisors();
    expect([...reports].sort((one, other) => (one.hostId < other.hostId ? -1 : 1))).toMatchObject([
      { hostId: 'sup-a', state: 'away', reason: expect.any(String) },
      { hostId: 'sup-b', state: 'away', reason: expect.any(String) },
      { hostId: 'sup-c', state: 'serving', health: { ready: true } },
    ]);
  });

  it('machines that come back get their connectors again', async () => {
    machine('sup-b').namespace.mend();
    await machine('sup-a').supervisor.start();
    for (const id of HOST_IDS) await serves(id);
    for (const [id, connector] of homes) expect(await hostOf(connector)).toBe(id);
  }, 60_000);
});
