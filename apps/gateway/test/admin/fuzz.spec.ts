/** A short run of made-up requests at every operation; `fuzz.long.spec.ts` asks for minutes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/admin/endpoints/index.ts';
import { FuzzedInstallation, inFuzzedOrder } from './fuzz-admin-api.ts';

const RUNS = 25;
/** The same at every run, so that a red run is about the change under test; the long form draws another one each time. */
const SEED = 1_697_780_497;

let fuzzed: FuzzedInstallation;
let theirs: readonly string[];

beforeAll(async () => {
  fuzzed = await FuzzedInstallation.start();
  theirs = await fuzzed.lookAtTheirs();
});
afterAll(() => fuzzed?.close());

describe(`made-up requests with the seed ${SEED}`, () => {
  it.each(inFuzzedOrder(Object.keys(ENDPOINTS)))(
    'made-up requests of %s neither fail nor show anything of another organization',
    async (operationId) => {
      const operation = fuzzed.operations.find((candidate) => candidate.operationId === operationId);
      if (!operation) throw new Error(`no operation ${operationId}`);
      await fuzzed.fuzz(operation, { seed: SEED, runs: RUNS });
    },
  );

  it('made-up requests reach the handlers as well as every guard before them', () => {
    const seen = [...fuzzed.statuses.keys()];
    expect(seen).toEqual(expect.arrayContaining([200, 400, 401, 403, 404]));
  });

  it('made-up requests change nothing of another organization', async () => {
    expect(await fuzzed.lookAtTheirs()).toEqual(theirs);
  });
});
