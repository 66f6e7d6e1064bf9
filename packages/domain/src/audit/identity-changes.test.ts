import { describe, expect, it } from 'vitest';
import { entryOf, type TakenChange } from './identity-changes.ts';

const change = (given: Partial<TakenChange>): TakenChange => ({
  kind: 'member',
  operation: 'UPDATE',
  subjectId: 'mem_1',
  entry: null,
  rowBefore: null,
  rowAfter: null,
  effects: null,
  ...given,
});

describe('the audit entry of a change without a declared intent', () => {
  it('refuses to make an audit entry for a change of an unforeseen kind', () => {
    expect(() => entryOf(change({ kind: 'session' }))).toThrow(/no action/);
  });

  it('the entry of an undeclared change names the system as its actor, and the member only for joining', () => {
    const rows = { rowBefore: { person_id: 'psn_1', role: 'member' }, rowAfter: { person_id: 'psn_1', role: 'owner' } };
    expect(entryOf(change(rows))).toEqual({
      actor: { kind: 'system', name: 'identity' },
      action: 'member.role_changed',
      target: { type: 'member', id: 'mem_1' },
      before: { personId: 'psn_1', role: 'member' },
      after: { personId: 'psn_1', role: 'owner' },
    });
    expect(entryOf(change({ operation: 'INSERT', rowAfter: rows.rowAfter })).actor).toEqual({
      kind: 'person',
      personId: 'psn_1',
    });
  });

  it('an audit entry distinguishes a new link of an invitation from the invitation’s withdrawal', () => {
    const of = (status: string) =>
      entryOf(change({ kind: 'invitation', subjectId: 'inv_1', rowAfter: { status, secret_hash: 'x' } }));
    expect(of('canceled').action).toBe('invitation.revoked');
    expect(of('pending')).toMatchObject({ action: 'invitation.reissued', after: {} });
    expect(JSON.stringify(of('pending'))).not.toContain('secret_hash');
  });

  it('the audit entry of a change with a declared intent is that intent', () => {
    const entry = entryOf(change({ operation: 'DELETE', rowBefore: {} }));
    expect(entryOf(change({ entry, rowAfter: { role: 'x' } }))).toBe(entry);
  });
});
