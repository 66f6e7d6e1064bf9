import type { GivenConnector } from '@patchbay/testing';
import { skipUnless } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  type Files,
  type GivenDeploys,
  givenDeploys,
  greeter,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  packed,
} from './given-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

describe('a deploy', () => {
  let deploys: GivenDeploys;
  let connector: GivenConnector;

  beforeAll(async () => {
    deploys = await givenDeploys();
    connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
  });
  afterAll(async () => { console.log(require('node:fs').readFileSync(deploys.directory+'/worker.log','utf8').slice(0,6000), require('node:fs').readFileSync(deploys.directory+'/supervisor.log','utf8').slice(0,3000)); await deploys?.close(); });

  async function deploy(upload: Uint8Array | Files, flags: { typecheck?: boolean } = {}) {
    const version = await deploys.submit(connector, upload, flags);
    return deploys.finished(connector, version);
  }

  it('publishes and activates a small connector within two seconds of work', async () => {
    const version = await deploy(greeter());
    expect(version.failure).toBeNull();
    expect(version).toMatchObject({ state: 'published' });
    const steps = await deploys.steps(connector, version);
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual(
      ['received', 'resolving', 'building', 'probing', 'scanning', 'storing'].map((name) => `${name} done`),
    );
    const [first, last] = [steps[0]?.startedAt, steps.at(-1)?.finishedAt];
    console.info(
      steps.map(({ name, startedAt, finishedAt }) => `${name} ${Number(finishedAt) - Number(startedAt)}`).join(', '),
    );
    expect(Number(last) - Number(first)).toBeLessThan(4000);
  });
});
