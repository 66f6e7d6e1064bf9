import { listDeployments } from '@patchbay/domain/deployments';
import { getVersion, type VersionState } from '@patchbay/domain/versions';
import { skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';
import { type HeldDeploys, type HoldPoint, holdDeploys } from './hold-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);
const STEPS = ['received', 'resolving', 'building', 'probing', 'scanning', 'storing'];
/** From the moment the next worker serves. */
const RESUMED_WITHIN_MS = 5_000;

export interface KillPoint {
  readonly point: HoldPoint;
  /** The state of the version when the worker dies. */
  readonly state: VersionState;
  /** The step that was under way; null when none had been recorded as begun since the last commit. */
  readonly interrupted: string | null;
}

/** A worker is killed at each point; the next one must finish the deploy, run no finished step again, activate once. */
export function testKillsAt(points: readonly KillPoint[]): void {
  describe('a worker killed in the middle of a deploy', () => {
    let deploys: GivenDeploys;
    let held: HeldDeploys;
    beforeAll(async () => {
      deploys = await givenDeploys({ startWorker: false });
      held = await holdDeploys(deploys.database);
    });
    afterAll(async () => {
      await held?.close();
      await deploys?.close();
    });

    it.for(points)(
      'a worker killed at "$point" is followed within five seconds by one that repeats no finished step',
      { timeout: 60_000 },
      async ({ point, state, interrupted }) => {
        const slug = `killed-${point.replace(' ', '-')}`;
        const connector = await deploys.given.connector(await deploys.given.organization(slug), 'greeter');
        const hold = await held.at(point);
        const version = await deploys.submit(connector, greeter(), { wake: false });
        const first = await deploys.startWorker();
        await hold.reached();
        const current = () => deploys.inScope(connector, (tx) => getVersion(tx, version.id));
        expect((await current()).state).toBe(state);
        const before = await deploys.steps(connector, version);
        await first.end('SIGKILL');
        await hold.release();

        const second = await deploys.startWorker();
        const goesOn = async () =>
          (await current()).state !== state ||
          (await deploys.steps(connector, version)).some(({ name, attempt }) => name === interrupted && attempt === 2);
        await waitFor(goesOn, { what: 'the next worker to continue', deadlineMs: RESUMED_WITHIN_MS });
        const done = await deploys.finished(connector, version);
        await second.end('SIGKILL');

        expect(done).toMatchObject({ state: 'published', failure: null });
        const steps = await deploys.steps(connector, version);
        expect(steps.map(({ name, state, attempt }) => `${name} ${state} ${attempt}`)).toEqual(
          STEPS.map((name) => `${name} done ${name === interrupted ? 2 : 1}`),
        );
        const finished = before.filter((step) => step.state === 'done');
        expect(steps.slice(0, finished.length)).toEqual(finished);
        const page = await deploys.inScope(connector, (tx) => listDeployments(tx, connector.id, { limit: 10 }));
        expect(page.items).toHaveLength(1);
      },
    );
  });
}
