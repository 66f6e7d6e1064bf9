import { describe, it, type TestContext } from 'vitest';

/** `PATCHBAY_TEST_STRICT=1`: what cannot run here is a failure, because here is where everything must run. */
const isStrict = process.env.PATCHBAY_TEST_STRICT === '1';

interface Runnable {
  readonly describe: typeof describe;
  readonly it: typeof it;
}

/**
 * The one way to skip. Either inside a test, with its context:
 *
 *     it('…', (context) => { skipUnless(context, isRoot, 'only root can'); … });
 *
 * or around tests: `const { it } = skipUnless(hasBubblewrap, 'bubblewrap is missing');`.
 * In strict mode nothing is skipped: the test fails with the reason.
 */
export function skipUnless(context: TestContext, condition: boolean, reason: string): void;
export function skipUnless(condition: boolean, reason: string): Runnable;
export function skipUnless(
  first: TestContext | boolean,
  second: boolean | string,
  third?: string,
): Runnable | undefined {
  if (typeof first === 'boolean') return around(first, String(second));
  if (second) return undefined;
  if (isStrict) throw new Error(`cannot run here, and strict mode forbids to skip: ${third}`);
  return first.skip(third);
}

function around(condition: boolean, reason: string): Runnable {
  if (condition) return { describe, it };
  if (!isStrict) {
    console.info(`skipped: ${reason}`);
    return { describe: describe.skip as unknown as typeof describe, it: it.skip as unknown as typeof it };
  }
  const fail = () => {
    throw new Error(`cannot run here, and strict mode forbids to skip: ${reason}`);
  };
  const failing = ((name: string) => it(String(name), fail)) as unknown;
  return { describe: failing as typeof describe, it: failing as typeof it };
}
