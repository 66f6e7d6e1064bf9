import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Installation, type SignedIn } from './given.ts';

let installation: Installation;
let busy: SignedIn & { organizationId: string };
let bystander: SignedIn & { organizationId: string };

beforeAll(async () => {
  installation = await Installation.start('invite');
  busy = await installation.owner('busy');
  bystander = await installation.owner('bystander');
});
afterAll(() => installation.close());

const invite = (email: string, headers: Record<string, string> = {}) =>
  installation.call('POST', '/organizations/busy/invitations', { as: busy, body: { email, role: 'member' }, headers });

describe('an owner who sends sixty invitations at once', () => {
  it('sixty invitations at once are served or refused as busy, while other organizations are answered', async () => {
    const open = new Set<number>();
    const invitations = Array.from({ length: 60 }, async (_, index) => {
      open.add(index);
      const answer = await invite(`guest-${index}@people.example`, { 'idempotency-key': `invitation-${index}` });
      open.delete(index);
      return answer;
    });
    const meanwhile: Answer[] = [];
    while (open.size > 0) {
      meanwhile.push(await installation.call('GET', '/organizations/bystander/connectors', { as: bystander }));
    }
    expect([...new Set(meanwhile.map(({ status }) => status))]).toEqual([200]);
    // Answered while the invitations were still being made, not after them.
    expect(meanwhile.length).toBeGreaterThan(3);
    const answers = await Promise.all(invitations);
    const refused = answers.filter(({ status }) => status !== 201);
    // A machine that serves fewer than sixty within the wait answers the rest with a Retry-After.
    for (const { status, body, headers } of refused) {
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'data.organization_busy', '2']);
    }
    const listed = await installation.call('GET', '/organizations/busy/invitations', { as: busy });
    expect(listed.body.items).toHaveLength(60 - refused.length);
    expect(refused.length).toBeLessThan(60);
  });

  it('an address is invited once, however many requests invite it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => invite('twice@people.example')));
    const codes = answers.map(({ status, body }) => (status === 201 ? 'made' : body.code));
    expect(codes.filter((code) => code === 'made')).toHaveLength(1);
    expect(codes.filter((code) => code === 'admin.already_member')).toHaveLength(11);
  });
});
