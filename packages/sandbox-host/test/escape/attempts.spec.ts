/**
 * Every escape that is attempted inside one sandbox, each with its own name; then each again without the isolation
 * layer that stops it.
 */
import { tmpdir } from 'node:os';
import { ESCAPE_ATTEMPTS, type IsolationLayer } from '@patchbay/probe';
import { skipUnless } from '@patchbay/testing';
import { hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { beforeAll, expect } from 'vitest';
import type { ProbedAttempt } from '../../src/drivers/probe/run-attempts.ts';
import { attemptsWithout } from './given-isolation.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);
const native = skipUnless(
  ESCAPE_ATTEMPTS.every(({ skip }) => !skip),
  'native attempts are assembled for x86_64',
);

const testOf = (attempt: (typeof ESCAPE_ATTEMPTS)[number]) => (attempt.skip && hasBubblewrap ? native.it : it);

describe('with every isolation layer', () => {
  let found: ReadonlyMap<string, ProbedAttempt>;
  beforeAll(async () => {
    found = await attemptsWithout();
  });

  for (const attempt of ESCAPE_ATTEMPTS) {
    testOf(attempt)(`all isolation layers together stop the attempt: ${attempt.name}`, () => {
      expect(found.get(attempt.name)).toMatchObject({ outcome: 'held', got: expect.stringMatching(attempt.held) });
    });
  }

  it.each([
    'seccomp filter',
    'no_new_privs',
    'no effective capabilities',
    'no permitted capabilities',
    'no inheritable capabilities',
    'no ambient capabilities',
    'no bounding capabilities',
  ])('the kernel confirms the isolation of a sandbox: %s', (fact) => {
    expect(found.get(`seen from outside: ${fact}`)).toMatchObject({ outcome: 'held' });
  });
});

const SETS = new Map<string, readonly IsolationLayer[]>();
for (const { layers } of ESCAPE_ATTEMPTS) if (layers) SETS.set(layers.join(' and '), layers);

describe.each([...SETS])('without %s', (_name, layers) => {
  let found: ReadonlyMap<string, ProbedAttempt>;
  beforeAll(async () => {
    found = await attemptsWithout(...layers);
  });

  for (const attempt of ESCAPE_ATTEMPTS) {
    if (attempt.layers?.join() !== layers.join()) continue;
    const isPossible = attempt.isPossible?.(tmpdir()) ?? true;
    testOf(attempt)(
      `${isPossible ? 'a missing layer enables' : 'nothing enables'} the attempt: ${attempt.name}`,
      () => {
        expect(found.get(attempt.name)).toMatchObject({ outcome: isPossible ? 'got through' : 'held' });
      },
    );
  }
});
