import { afterAll, beforeAll } from 'vitest';
import { type Platform, type PlatformOptions, startPlatform } from './platform.ts';
import { hasSandboxes } from './sandboxes.ts';

/** A start with everything on it takes 3 s; a busy machine takes longer. Milliseconds. */
const START_MS_MAX = 120_000;
const STOP_MS_MAX = 60_000;

export interface WithPlatformOptions extends PlatformOptions {
  /** False where the tests are skipped for a reason of their own. Without sandboxes nothing starts that would need them. */
  readonly when?: boolean;
}

/** The running platform, and what was made on it. Both are there once the tests run, not while they are declared. */
export type PlatformFixture<T> = T & { readonly platform: Platform };

/**
 * Starts a platform for the tests of a file, or of the `describe` that it is called in, makes what they begin with, and
 * stops it after them.
 *
 *     const here = withPlatform({}, async ({ given }) => {
 *       const acme = await given.organization('acme');
 *       return { acme, echo: await given.live(acme, 'echo', echoVersion('one')), key: await given.apiKey(acme) };
 *     });
 *
 * `options` may be a function, for what is known only when the tests run.
 */
export function withPlatform<T extends object>(
  options: WithPlatformOptions | (() => Promise<WithPlatformOptions>),
  make: (platform: Platform) => Promise<T>,
): PlatformFixture<T> {
  const known = typeof options === 'function' ? null : options;
  // Filled in before the first test; the type holds from then on.
  const fixture = {} as PlatformFixture<T> & { platform?: Platform };
  beforeAll(async () => {
    if (known && !isWanted(known)) return;
    const found = known ?? (await (options as () => Promise<WithPlatformOptions>)());
    fixture.platform = await startPlatform(found);
    Object.assign(fixture, await make(fixture.platform));
  }, START_MS_MAX);
  afterAll(() => fixture.platform?.stop(), STOP_MS_MAX);
  return fixture;
}

const isWanted = ({ when = true, supervisor = true }: WithPlatformOptions): boolean =>
  when && (!supervisor || hasSandboxes());
