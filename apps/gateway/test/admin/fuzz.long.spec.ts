/** The same requests as in `fuzz.spec.ts`, by the thousand. */
import { randomInt } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FuzzedInstallation } from './fuzz-admin-api.ts';

const ROUNDS = 4;
const RUNS = 250;

describe('made-up requests by the thousand', () => {
  it.each(Array.from({ length: ROUNDS }, () => randomInt(2 ** 31)))(
    'made-up requests with the seed %i neither fail nor show or change data of another organization',
    async (seed) => {
      // A new installation each time: the last operations of a round take members and connectors away.
      const fuzzed = await FuzzedInstallation.start();
      onTestFinished(() => fuzzed.close());
      const theirs = await fuzzed.lookAtTheirs();
      for (const operation of fuzzed.operations) await fuzzed.fuzz(operation, { seed, runs: RUNS });
      expect(await fuzzed.lookAtTheirs()).toEqual(theirs);
    },
    1_800_000,
  );
});
