import { afterEach, describe, expect, it } from 'vitest';
import { ParsePool } from '../../src/mcp/body/parse-pool.ts';

let pool: ParsePool | undefined;
afterEach(() => pool?.close());

const body = () => Uint8Array.from(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}'));

describe('the pool that parses large bodies', () => {
  it('refuses large bodies of one organization over its share, and parses those of others', async () => {
    pool = new ParsePool({ threads: 1, waitingMaxPerOrganization: 1 });
    const parsed = [pool.parse('org_1', body()), pool.parse('org_1', body())];
    await expect(pool.parse('org_1', body())).rejects.toMatchObject({
      code: 'limits.large_bodies',
      retryAfterSeconds: 1,
    });
    parsed.push(pool.parse('org_2', body()));
    expect(await Promise.all(parsed)).toHaveLength(3);
  });

  it('refuses large bodies that wait when the gateway ends', async () => {
    const closing = new ParsePool({ threads: 1, waitingMaxPerOrganization: 2 });
    const running = closing.parse('org_1', body()).catch(() => null);
    const waiting = closing.parse('org_1', body());
    const refused = expect(waiting).rejects.toMatchObject({ code: 'edge.draining' });
    await closing.close();
    await refused;
    await running;
  });
});
