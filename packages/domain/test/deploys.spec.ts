import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getConnector } from '../src/connectors/index.ts';
import {
  activate,
  defineGate,
  type GateFacts,
  listDeployments,
  resolveHeld,
  rollBack,
} from '../src/deployments/index.ts';
import { permissionsOf } from '../src/organizations/index.ts';
import {
  appendLog,
  finishStep,
  leaseVersion,
  listFindings,
  listLog,
  mayMove,
  moveVersion,
  recordFindings,
  startStep,
  submitVersion,
  suspendStep,
  VERSION_STATES,
} from '../src/versions/index.ts';
import { DIGEST, type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
});
afterAll(() => given.close());

/** Holds every version until a person accepts the code. */
const holding = (code: string) =>
  defineGate([], ({ acceptances }) => (acceptances.includes(code) ? null : { code, reason: code.toUpperCase() }));

const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1]) =>
  given.database.withOrganization(ours, work);
const submit = (connectorId: string) =>
  inside((tx) => submitVersion(tx, SYSTEM, { connectorId, sourceDigest: DIGEST, typecheck: true, activate: true }));

describe('a version', () => {
  it('a version makes no move that is not in the table of moves', async () => {
    const { id } = await submit((await given.connector(ours)).id);
    for (const to of VERSION_STATES.filter((state) => !mayMove('received', state))) {
      await expect(
        inside((tx) => moveVersion(tx, id, { from: 'received', to })),
        to,
      ).rejects.toMatchObject({
        code: 'versions.illegal_move',
      });
    }
  });

  it('a version is moved by one of two workers, and the other one gets an error', async () => {
    const { id } = await submit((await given.connector(ours)).id);
    const move = () => inside((tx) => moveVersion(tx, id, { from: 'received', to: 'resolving' }));
    const results = await Promise.allSettled([move(), move()]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(move()).rejects.toMatchObject({ code: 'versions.moved_meanwhile' });
  });

  it('a version cannot be published without artifact and manifest, nor changed afterwards', async () => {
    const connector = await given.connector(ours);
    const { id } = await given.publishedVersion(ours, connector.id);
    const draft = await submit(connector.id);
    await given.superuser.query("UPDATE app.versions SET state = 'storing' WHERE id = $1", [draft.id]);
    await expect(inside((tx) => moveVersion(tx, draft.id, { from: 'storing', to: 'published' }))).rejects.toThrow();
    await expect(inside((tx) => moveVersion(tx, id, { from: 'published', to: 'failed' }))).rejects.toMatchObject({
      code: 'versions.illegal_move',
    });
  });

  it('a version gets the next number, also when many are uploaded at once', async () => {
    const { id } = await given.connector(ours);
    const versions = await Promise.all(Array.from({ length: 8 }, () => submit(id)));
    expect(versions.map((version) => version.number).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('a version is due until it is final or leased, and again when the lease has run out', async () => {
    const { id } = await submit((await given.connector(ours)).id);
    const isDue = async () => (await given.database.lookups.dueVersions(1000)).some((due) => due.versionId === id);
    expect(await isDue()).toBe(true);
    expect(await inside((tx) => leaseVersion(tx, id, { holder: 'a', seconds: 60 }))).toBe(true);
    expect(await inside((tx) => leaseVersion(tx, id, { holder: 'b', seconds: 60 }))).toBe(false);
    expect(await inside((tx) => leaseVersion(tx, id, { holder: 'a', seconds: 60 }))).toBe(true);
    expect(await isDue()).toBe(false);
    await given.superuser.query("UPDATE app.versions SET lease_until = now() - interval '1 s' WHERE id = $1", [id]);
    expect(await isDue()).toBe(true);
    await inside((tx) => moveVersion(tx, id, { from: 'received', to: 'rejected' }));
    expect(await isDue()).toBe(false);
  });

  it('a version keeps the output of a finished step, so that a resumed deploy runs each step once', async () => {
    const { id } = await submit((await given.connector(ours)).id);
    expect(await inside((tx) => startStep(tx, id, 'building'))).toMatchObject({ state: 'running', attempt: 1 });
    expect(await inside((tx) => startStep(tx, id, 'building'))).toMatchObject({ state: 'running', attempt: 2 });
    await inside((tx) => finishStep(tx, id, 'building', { digest: 'one' }));
    await inside((tx) => finishStep(tx, id, 'building', { digest: 'two' }));
    expect(await inside((tx) => startStep(tx, id, 'building'))).toMatchObject({
      state: 'done',
      output: { digest: 'one' },
    });
  });

  it('a suspended step keeps its cause until it ends, spends no attempt, and logs each cause once', async () => {
    const { id } = await submit((await given.connector(ours)).id);
    const full = { code: 'artifacts.no_space', detail: 'full' };
    const suspend = (cause: { code: string; detail: string }) =>
      inside((tx) => suspendStep(tx, id, { name: 'building', cause }));
    const start = () => inside((tx) => startStep(tx, id, 'building'));
    expect(await start()).toMatchObject({ attempt: 1, error: null });
    expect(await suspend(full)).toBe(true);
    expect(await start()).toMatchObject({ attempt: 1, error: full });
    expect(await suspend(full)).toBe(false);
    await start();
    const away = { code: 'sandbox.unavailable', detail: 'away' };
    expect(await suspend(away)).toBe(true);
    expect(await start()).toMatchObject({ state: 'running', attempt: 1, error: away });
    expect(await inside((tx) => finishStep(tx, id, 'building'))).toMatchObject({
      state: 'done',
      attempt: 1,
      error: null,
    });
    expect(await suspend(full)).toBe(false);
    expect(await start()).toMatchObject({ state: 'done', attempt: 1, error: null });
  });

  it('a version keeps its log in order and escaped, and each finding once', async () => {
    const { id } = await submit((await given.connector(ours)).id);
    const lines = ['one', 'two \u001b[2J', 'three'].map((text) => ({ step: 'building', level: 'info' as const, text }));
    await inside((tx) => appendLog(tx, id, lines));
    const log = await inside((tx) => listLog(tx, id, 0n, 10));
    expect(log.map((line) => line.text)).toEqual(['one', 'two \\u{1b}[2J', 'three']);
    expect(await inside((tx) => listLog(tx, id, log[1]?.sequence ?? 0n, 10))).toHaveLength(1);
    const finding = { rule: 'r', severity: 'warning', subject: 'tool', message: 'm', hint: 'h' } as const;
    await inside((tx) => recordFindings(tx, id, [finding]));
    await inside((tx) => recordFindings(tx, id, [finding, { ...finding, rule: 's' }]));
    expect((await inside((tx) => listFindings(tx, id))).map((found) => found.rule)).toEqual(['r', 's']);
  });
});

describe('a deployment', () => {
  const liveNumber = async (id: string) => (await inside((tx) => getConnector(tx, id))).liveVersionNumber;

  async function threeLive(): Promise<string> {
    const { id: connectorId } = await given.connector(ours);
    for (let number = 1; number <= 3; number += 1) {
      const { id: versionId } = await given.publishedVersion(ours, connectorId);
      await inside((tx) => activate(tx, SYSTEM, { connectorId, versionId, cause: 'activate' }));
    }
    return connectorId;
  }

  it('a deployment is refused for a version that is not published', async () => {
    const { id: connectorId } = await given.connector(ours);
    const { id: versionId } = await submit(connectorId);
    await expect(
      inside((tx) => activate(tx, SYSTEM, { connectorId, versionId, cause: 'activate' })),
    ).rejects.toMatchObject({ code: 'deployments.version_not_published' });
  });

  it('a deployment is held with every gate’s reason, and leaves the live version as it is', async () => {
    const connectorId = await threeLive();
    const { id: versionId } = await given.publishedVersion(ours, connectorId);
    const gates = [holding('a'), defineGate([], () => null), holding('b')];
    const held = await inside((tx) => activate(tx, SYSTEM, { connectorId, versionId, cause: 'deploy', gates }));
    expect(held).toMatchObject({ state: 'held', reasons: [{ code: 'a' }, { code: 'b' }] });
    expect(await liveNumber(connectorId)).toBe(3);
  });

  it('gates read the actor’s roles, the live contract and names of secrets in a deployment’s transaction', async () => {
    const { id: connectorId } = await given.connector(ours);
    const first = await given.publishedVersion(ours, connectorId, { tools: [{ name: 'first' }] });
    await inside((tx) => activate(tx, SYSTEM, { connectorId, versionId: first.id, cause: 'activate' }));
    await given.superuser.query(
      `INSERT INTO app.secrets (organization_id, id, connector_id, name, sealed) VALUES ($1, 'sec_facts', $2, 'API_KEY', '')`,
      [ours.organizationId, connectorId],
    );
    const { id: versionId } = await given.publishedVersion(ours, connectorId);
    const seen: GateFacts[] = [];
    const gate = defineGate(['actorRoles', 'liveContract', 'secretNames', 'nameConflicts'], (_question, facts) => {
      seen.push(facts);
      return { code: 'seen', reason: 'Seen.' };
    });
    for (const actor of [ours.actor, SYSTEM]) {
      await inside((tx) => activate(tx, actor, { connectorId, versionId, cause: 'activate', gates: [gate] }));
    }
    const facts = {
      liveContract: { manifestVersion: 1, tools: [{ name: 'first' }] },
      secretNames: ['API_KEY'],
      nameConflicts: [],
    };
    expect(seen).toEqual([
      { actorRoles: ['owner'], ...facts },
      { actorRoles: [], ...facts },
    ]);
  });

  it('a held deployment goes live when its reasons are accepted, and is held again for others', async () => {
    const connectorId = await threeLive();
    const { id: versionId } = await given.publishedVersion(ours, connectorId);
    const stubborn = defineGate([], () => ({ code: 'stubborn', reason: 'Stubborn.' }));
    const hold = async (gates: readonly ReturnType<typeof holding>[]) =>
      (await inside((tx) => activate(tx, SYSTEM, { connectorId, versionId, cause: 'deploy', gates }))).deployment.id;
    const resolve = (deploymentId: string, gates: readonly ReturnType<typeof holding>[]) =>
      inside((tx) =>
        resolveHeld(tx, ours.actor, {
          connectorId,
          deploymentId,
          authentication: 'browser_session',
          permissions: permissionsOf(['owner']),
          gates,
        }),
      );
    expect(await resolve(await hold([holding('a'), stubborn]), [holding('a'), stubborn])).toMatchObject({
      state: 'held',
      reasons: [{ code: 'stubborn' }],
    });
    expect(await liveNumber(connectorId)).toBe(3);
    const held = await hold([holding('a')]);
    expect(await resolve(held, [holding('a')])).toMatchObject({ state: 'active', reasons: [] });
    expect(await liveNumber(connectorId)).toBe(4);
    await expect(resolve(held, [])).rejects.toMatchObject({ code: 'deployments.live_changed' });
    await expect(resolve('dep_unknown', [])).rejects.toMatchObject({ code: 'deployments.not_found' });
  });

  it('one of several simultaneous deployments is live, and all are in the history', async () => {
    const { id: connectorId } = await given.connector(ours);
    const versions = await Promise.all([1, 2, 3, 4].map(() => given.publishedVersion(ours, connectorId)));
    await Promise.all(
      versions.map(({ id }) => inside((tx) => activate(tx, SYSTEM, { connectorId, versionId: id, cause: 'activate' }))),
    );
    const { items } = await inside((tx) => listDeployments(tx, connectorId, { limit: 10 }));
    expect(items).toHaveLength(4);
    expect(items.filter((deployment) => deployment.live)).toHaveLength(1);
  });

  it('a deployment is not repeated when a worker requests it again after a crash', async () => {
    const connectorId = await threeLive();
    const { liveVersionId } = await inside((tx) => getConnector(tx, connectorId));
    await inside((tx) => activate(tx, SYSTEM, { connectorId, versionId: liveVersionId ?? '', cause: 'deploy' }));
    expect((await inside((tx) => listDeployments(tx, connectorId, { limit: 10 }))).items).toHaveLength(3);
  });

  it('a connector rolls back step by step, never forth and back, until no earlier version is left', async () => {
    const connectorId = await threeLive();
    for (const expected of [2, 1]) {
      await inside((tx) => rollBack(tx, SYSTEM, { connectorId }));
      expect(await liveNumber(connectorId)).toBe(expected);
    }
    await expect(inside((tx) => rollBack(tx, SYSTEM, { connectorId }))).rejects.toMatchObject({
      code: 'deployments.nothing_to_roll_back',
    });
  });

  it('one of two rollbacks from the same live version succeeds, and the other one is refused', async () => {
    const connectorId = await threeLive();
    const from = (await inside((tx) => getConnector(tx, connectorId))).liveVersionId ?? '';
    const results = await Promise.allSettled(
      [1, 2].map(() => inside((tx) => rollBack(tx, SYSTEM, { connectorId, from }))),
    );
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await liveNumber(connectorId)).toBe(2);
  });
});
