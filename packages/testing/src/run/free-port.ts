import { freePort as freePortIn, PROCESS_PORTS } from '@patchbay/embedded';

/** More than there are workers of Vitest, and the process that started them. */
const SHARES = 16;
const SHARE = Math.floor(PROCESS_PORTS.count / SHARES);
const first = PROCESS_PORTS.first + (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES) * SHARE;

const given = new Set<number>();

/**
 * A loopback port without a listener that no other test is about to use: each worker takes from a share of its own, and
 * gives none out twice while there are others.
 */
export async function freePort(): Promise<number> {
  if (given.size > SHARE / 2) given.clear();
  for (;;) {
    const port = await freePortIn({ first, count: SHARE });
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
