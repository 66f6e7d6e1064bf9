import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { getVersion, isFinal, startStep } from '@patchbay/domain/versions';
import { skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

let deploys: GivenDeploys;
beforeAll(async () => {
  if (hasBubblewrap) deploys = await givenDeploys();
});
afterAll(async () => {
  await deploys?.close();
});

describe('a deploy while the supervisor is away', () => {
  it('a deploy waits while the supervisor is away, and is published when it is back', async () => {
    const connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    await deploys.supervisor.end('SIGKILL');
    const version = await deploys.submit(connector, greeter(), { wake: false });
    // The step has one attempt left before a fault of another kind would end the version.
    await deploys.inScope(connector, async (tx) => {
      for (let attempt = 0; attempt < 4; attempt += 1) await startStep(tx, version.id, 'building');
    });
    await deploys.queue.add('deploy', { versionId: version.id }, { jobId: version.id });

    const interruptions = async () => {
      const log = await readFile(path.join(deploys.directory, 'worker.log'), 'utf8');
      return log.split('\n').filter((line) => line.includes('a deploy was interrupted')).length;
    };
    await waitFor(async () => (await interruptions()) >= 3, { what: 'three attempts', deadlineMs: 40_000 });
    const { state } = await deploys.inScope(connector, (tx) => getVersion(tx, version.id));
    expect([state, isFinal(state)]).toEqual(['building', false]);

    await deploys.supervisor.restart();
    const finished = await waitFor(
      async () => {
        const present = await deploys.inScope(connector, (tx) => getVersion(tx, version.id));
        return isFinal(present.state) ? present : null;
      },
      { what: 'the version to be final', deadlineMs: 60_000 },
    );
    expect(finished).toMatchObject({ state: 'published', failure: null });
    // No attempt of the version was spent on the supervisor.
    const building = (await deploys.steps(connector, version)).find(({ name }) => name === 'building');
    expect(building).toMatchObject({ state: 'done', attempt: 5 });
  }, 150_000);
});
