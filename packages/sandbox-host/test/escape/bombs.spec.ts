/**
 * Programs that use a resource until a bound stops them: with cgroups where this machine allows them, and with their
 * fallbacks.
 */

import { BOMBS } from '@patchbay/probe';
import { skipUnless } from '@patchbay/testing';
import { hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { beforeAll, expect } from 'vitest';
import type { ProbedAttempt } from '../../src/drivers/probe/run-attempts.ts';
import { bombsWithout } from './given-isolation.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const MODES = [
  { mode: 'the limits of this machine', without: [] },
  { mode: 'reduced limits', without: ['cgroups'] },
] as const;

describe.each(MODES)('under $mode', ({ without }) => {
  let found: ReadonlyMap<string, ProbedAttempt>;
  beforeAll(async () => {
    found = await bombsWithout(without);
  });

  it.each(BOMBS.map(({ name }) => name))('a sandbox that tries to %s is stopped', (name) => {
    expect(found.get(name)).toMatchObject({ outcome: 'held' });
  });
});

describe('without any limit', () => {
  it('a sandbox without any limit keeps files without end, so the limits are what stops it', async () => {
    const name = 'keep files without end';
    const found = await bombsWithout(['cgroups', 'usage watch', 'rlimits'], [name]);
    expect(found.get(name)).toMatchObject({ outcome: 'got through', got: 'answer: 200000 files kept' });
  });

  it('a sandbox without any limit fills memory outside of the heap, so the limits are what stops it', async () => {
    const name = 'fill memory outside of the heap';
    const found = await bombsWithout(['cgroups', 'usage watch', 'rlimits'], [name]);
    expect(found.get(name)).toMatchObject({ outcome: 'got through', got: 'answer: 480 MiB held' });
  });
});
