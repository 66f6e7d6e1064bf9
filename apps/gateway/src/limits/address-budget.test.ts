import { STANDARD_ADDRESS_LIMITS } from '@patchbay/foundation/limits';
import { describe, expect, it } from 'vitest';
import { AddressBudget } from './address-budget.ts';

const CLAUDE = '160.79.104.7';
const URL_OF = (organization: string) => `/${organization}/weather/mcp`;

function given() {
  const time = { ms: 0 };
  const refused: string[] = [];
  const budget = new AddressBudget(
    {
      clock: { now: () => new Date(time.ms), monotonicMs: () => time.ms },
      limits: STANDARD_ADDRESS_LIMITS,
      credentialOf: ({ authorization }) => authorization,
      recognizes: ({ authorization }) => Promise.resolve(authorization?.startsWith('valid') ?? false),
      knowsOrganization: (slug) => ['acme', 'globex'].includes(slug),
      onRefused: (kind) => refused.push(kind),
    },
    { hold: async () => {} },
  );
  /** How many of that many requests at once are admitted, each answered with `status`. */
  const send = async (
    count: number,
    { target = URL_OF('acme'), authorization, address = '192.0.2.1', status = 401 }: Partial<SentRequest> = {},
  ) => {
    let admitted = 0;
    for (let sent = 0; sent < count; sent += 1) {
      try {
        budget.settle(
          await budget.admit(target, authorization === undefined ? {} : { authorization }, address),
          status,
        );
        admitted += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'limits.requests', retryAfterSeconds: expect.any(Number) });
      }
    }
    return admitted;
  };
  return { time, refused, budget, send };
}

interface SentRequest {
  readonly target: string;
  readonly authorization: string | undefined;
  readonly address: string;
  readonly status: number;
}

describe('the budget of requests before authentication', () => {
  it('requests without a credential over two seconds’ worth are refused, and thirty more a second later', async () => {
    const { send, time, refused } = given();
    expect(await send(100)).toBe(60);
    expect(refused).toHaveLength(40);
    time.ms = 1_000;
    expect(await send(100)).toBe(30);
  });

  it('a wrong credential costs as much as five requests without one', async () => {
    const { send } = given();
    expect(await send(100, { authorization: 'wrong' })).toBe(12);
  });

  it('a network’s flood of one organization leaves other organizations, kinds and networks their budgets', async () => {
    const { send } = given();
    expect(await send(100)).toBe(60);
    expect(await send(1, { target: URL_OF('globex') })).toBe(1);
    expect(await send(1, { target: '/token' })).toBe(1);
    expect(await send(1, { target: '/api/v1/organizations/acme/members' })).toBe(1);
    expect(await send(1, { address: '192.0.3.1' })).toBe(1);
    expect(await send(1, { address: '192.0.2.200' })).toBe(0);
  });

  it('a recognised credential is admitted while its network’s budget is used up', async () => {
    const { send } = given();
    await send(100, { authorization: 'wrong' });
    expect(await send(1_000, { authorization: 'valid', status: 200 })).toBe(1_000);
  });

  it.each([401, 403])(
    'a credential that was recognised and then refused with %d counts for a minute',
    async (status) => {
      const { send } = given();
      expect(await send(1, { authorization: 'valid key of another', status })).toBe(1);
      expect(await send(100, { authorization: 'valid key of another', status })).toBe(12);
      expect(await send(1, { authorization: 'valid', status: 200 })).toBe(1);
      expect(await send(1, { authorization: 'valid key of another', target: URL_OF('globex'), status: 200 })).toBe(1);
    },
  );

  it('a person without a permission is no stranger: 403 of the admin API does not count', async () => {
    const { send } = given();
    expect(await send(500, { authorization: 'valid', target: '/api/v1/organizations/acme/members', status: 403 })).toBe(
      500,
    );
  });

  it('a credential too new to be recognised costs nothing once it proved valid', async () => {
    const { send } = given();
    expect(await send(500, { authorization: 'new', status: 200 })).toBe(500);
  });

  it('anonymous calls of a public connector count, and do so again after an answer', async () => {
    const { send } = given();
    expect(await send(100, { status: 200 })).toBe(60);
  });

  it('the networks of hosted clients have ten times the budget, for each organization', async () => {
    const { send } = given();
    expect(await send(1_000, { address: CLAUDE })).toBe(600);
    expect(await send(1_000, { address: CLAUDE, target: URL_OF('globex') })).toBe(600);
    expect(await send(1_000, { address: '160.79.112.1' })).toBe(60);
  });

  it('guessed names share one small budget of their network', async () => {
    const { send } = given();
    let admitted = 0;
    for (let name = 0; name < 100; name += 1)
      admitted += await send(1, { target: URL_OF(`guess-${name}`), status: 404 });
    expect(admitted).toBe(20);
    expect(await send(1)).toBe(1);
  });

  it('pages of an office have room for the files of many', async () => {
    const { send } = given();
    expect(await send(1_000, { target: '/dashboard/_next/static/a.js', status: 200 })).toBe(600);
  });

  it('all addresses of an IPv6 site count as one', async () => {
    const { send } = given();
    expect(await send(60, { address: '2001:db8:1:2::1' })).toBe(60);
    expect(await send(1, { address: '2001:db8:1:ffff::2' })).toBe(0);
    expect(await send(1, { address: '2001:db8:2:2::1' })).toBe(1);
  });
});
