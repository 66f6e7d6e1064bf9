import { afterAll, beforeAll } from 'vitest';
import { hasSandboxes } from '../hosts/sandboxes.ts';
import { type Platform, type PlatformOptions, startPlatform } from './platform.ts';

/** Starting takes 3 s on an idle machine, and longer on a busy one. Milliseconds. */
const START_MS_MAX = 120_000;
const STOP_MS_MAX = 60_000;

export interface WithPlatformOptions extends PlatformOptions {
  /**
   * Uses the platform that all files of this process share; other options do not apply. For files that use organizations
   * of their own, named after the file, and neither end a process nor read what is common to all: health, metrics, tables.
   */
  readonly shared?: boolean;
  /** False where the tests are skipped for another reason than missing sandboxes. */
  readonly when?: boolean;
}

/** The running platform and what `make` returned. Both exist while tests run, not while they are declared. */
export type PlatformFixture<T> = T & { readonly platform: Platform };

/**
 * Starts a platform before the tests of the enclosing file or `describe`, runs `make` on it, and stops it after them.
 * `options` may be a function, for values that exist only once the tests run. Starts nothing where the platform needs
 * sandboxes and the machine has none.
 *
 *     const here = withPlatform({}, async ({ given }) => {
 *       const acme = await given.organization('acme');
 *       return { acme, echo: await given.live(acme, 'echo', echoVersion('one')), key: await given.apiKey(acme) };
 *     });
 */
export function withPlatform<T extends object>(
  options: WithPlatformOptions | (() => Promise<WithPlatformOptions>),
  make: (platform: Platform) => Promise<T>,
): PlatformFixture<T> {
  const fixture: { platform?: Platform } = {};
  let own: Platform | undefined;
  beforeAll(async () => {
    const known = typeof options === 'function' ? {} : options;
    if (!isWanted(known)) return;
    if (known.shared) fixture.platform = await sharedPlatform();
    else fixture.platform = own = await startPlatform(typeof options === 'function' ? await options() : options);
    Object.assign(fixture, await make(fixture.platform));
  }, START_MS_MAX);
  afterAll(() => own?.stop(), STOP_MS_MAX);
  // Filled in before the first test.
  return fixture as PlatformFixture<T>;
}

const isWanted = ({ when = true, supervisor = true }: WithPlatformOptions): boolean =>
  when && (!supervisor || hasSandboxes());

let sharedStart: Promise<Platform> | undefined;

/** Started once per process. It ends with this process, as a platform does whose launcher ends. */
function sharedPlatform(): Promise<Platform> {
  sharedStart ??= startPlatform();
  return sharedStart;
}
