import { grantLimits } from '@patchbay/domain/limits';
import { STANDARD_PLAN } from '@patchbay/foundation/limits';
import { waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

const OPERATOR = { kind: 'system', name: 'operator' } as const;

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
});
afterAll(() => installation?.close());

const show = (as: SignedIn | string = owner) => installation.call('GET', '/organizations/acme/limits', { as });
const grant = (granted: Record<string, number>) =>
  installation.database.withOrganization({ organizationId: owner.organizationId }, (tx) =>
    grantLimits(tx, OPERATOR, { granted }),
  );

describe('the limits of an organization', () => {
  it('the limits of an organization are refused to members, who may not read its usage', async () => {
    const { status, body } = await show(await installation.join(owner, 'member', 'mia'));
    expect([status, body.code]).toEqual([403, 'admin.permission_missing']);
  });

  it.each([
    ['a name that is no limit of a plan', { addressRequestsPerSecond: 5 }],
    ['a value below one', { personBurst: 0 }],
    ['a value that is not whole', { personBurst: 1.5 }],
    ['a value beyond the largest', { personBurst: 10_000_001 }],
  ])('a grant with %s is refused and changes nothing', async (_what, granted) => {
    await expect(grant(granted)).rejects.toMatchObject({ code: 'limits.unknown_limit' });
    expect((await show()).body.granted).toEqual([]);
  });

  it('without a grant the limits of an organization are those of the plan standard, and nothing is used', async () => {
    await installation.call('POST', '/organizations/acme/connectors', { as: owner, body: { slug: 'weather' } });
    const { status, body } = await show();
    expect(status).toBe(200);
    expect(body).toMatchObject({ plan: 'standard', granted: [], limitedCalls: [], countedBy: 'process' });
    expect(body.limits).toContainEqual({ scope: 'person', callsPerMinute: 60, burst: 60, concurrent: 32 });
    expect(body.counters).toEqual([
      { scope: 'organization', connector: null, remaining: 3_000, fullInSeconds: 0, inFlight: 0 },
      {
        scope: 'connector',
        connector: { id: expect.stringMatching(/^con_/), slug: 'weather' },
        remaining: 600,
        fullInSeconds: 0,
        inFlight: 0,
      },
    ]);
  });

  it('what an operator granted holds instead of the plan, is audited, and ends with an empty grant', async () => {
    await grant({ personCallsPerMinute: 120, personBurst: 240 });
    const isInForce = async () => (await show()).body.limits[0].burst === 240;
    await waitFor(isInForce, { what: 'the grant to be in force' });
    const { body } = await show();
    expect(body.granted).toHaveLength(2);
    expect(body.granted).toContainEqual({ name: 'personCallsPerMinute', value: 120 });
    expect(body.granted).toContainEqual({ name: 'personBurst', value: 240 });
    expect(body.limits[0]).toMatchObject({
      scope: 'person',
      callsPerMinute: 120,
      concurrent: STANDARD_PLAN.personConcurrent,
    });
    const { body: audit } = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    expect(audit.items[0]).toMatchObject({ action: 'organization.limits_granted', actor: { kind: 'system' } });
    await grant({});
    await waitFor(async () => (await show()).body.limits[0].burst === 60, { what: 'the plan to hold again' });
  });
});
