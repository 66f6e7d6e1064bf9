import { listDeployments } from '@patchbay/domain/deployments';
import { getVersion, type VersionState } from '@patchbay/domain/versions';
import { skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

describe('a worker killed in the middle of a deploy', () => {
  let deploys: GivenDeploys;
  beforeAll(async () => {
    deploys = await givenDeploys({ startWorker: false });
  });
  afterAll(() => deploys?.close());

  it.for<VersionState>(['received', 'building', 'probing'])(
    'in state %s is followed by one that finishes it, and activates once',
    { timeout: 60_000 },
    async (state) => {
      const connector = await deploys.given.connector(await deploys.given.organization(`killed-${state}`), 'greeter');
      const version = await deploys.submit(connector, greeter(), { wake: false });
      const current = async () => (await deploys.inScope(connector, (tx) => getVersion(tx, version.id))).state;
      const first = await deploys.startWorker();
      await waitFor(async () => state === 'received' || (await current()) === state, { what: `state ${state}` });
      await first.end('SIGKILL');

      const second = await deploys.startWorker();
      const done = await deploys.finished(connector, version);
      await second.end('SIGKILL');
      expect(done).toMatchObject({ state: 'published', failure: null });
      const steps = await deploys.steps(connector, version);
      expect(steps.map((step) => step.state)).toEqual(Array(6).fill('done'));
      const page = await deploys.inScope(connector, (tx) => listDeployments(tx, connector.id, { limit: 10 }));
      expect(page.items).toHaveLength(1);
    },
  );
});
