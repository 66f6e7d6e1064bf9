import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isolationKeyFor, isolationKeySchema, isolationKeyText, type KeyFacts } from './isolation-key.ts';

const key = fc.record({
  organizationId: fc.string(),
  connectorId: fc.string(),
  versionId: fc.string(),
  settingsRevision: fc.nat(),
  subject: fc.string(),
  preview: fc.boolean(),
  providers: fc.array(fc.string(), { maxLength: 3 }),
});

const FACTS: KeyFacts = {
  organizationId: 'org_a',
  connectorId: 'con_a',
  versionId: 'ver_a',
  settingsRevision: 1,
  principal: { kind: 'person', id: 'psn_anna' },
  preview: false,
  providers: [],
};
const text = (change: Partial<KeyFacts>) => isolationKeyText(isolationKeyFor({ ...FACTS, ...change }));
const BEN = { principal: { kind: 'person', id: 'psn_ben' } } as const;

describe('the text of an isolation key', () => {
  it('the text of an isolation key is the same for equal keys only', () => {
    fc.assert(
      fc.property(key, key, (one, two) => {
        expect(isolationKeyText(one) === isolationKeyText(two)).toBe(JSON.stringify(one) === JSON.stringify(two));
        expect(isolationKeyText({ ...one, subject: `${one.subject}x` })).not.toBe(isolationKeyText(one));
        expect(isolationKeyText({ ...one, preview: !one.preview })).not.toBe(isolationKeyText(one));
        expect(isolationKeyText({ ...one, providers: [...one.providers, 'x'] })).not.toBe(isolationKeyText(one));
      }),
    );
  });
});

describe('the isolation key of a call', () => {
  it('does not let a preview share a sandbox with the same version when it is live', () => {
    expect(text({ preview: true })).not.toBe(text({}));
  });

  it('gives each principal and the platform an isolation key of their own once people’s accounts are used', () => {
    const providers = ['github'];
    const principals: KeyFacts['principal'][] = [
      { kind: 'person', id: 'psn_anna' },
      { kind: 'person', id: 'psn_ben' },
      { kind: 'service_account', id: 'psn_anna' },
      { kind: 'anonymous', id: '' },
      null,
    ];
    expect(new Set(principals.map((principal) => text({ providers, principal }))).size).toBe(principals.length);
  });

  it('the isolation key has the same empty subject for every caller while no people’s accounts are used', () => {
    expect(isolationKeyFor(FACTS).subject).toBe('');
    expect(text(BEN)).toBe(text({}));
    expect(text({ principal: null })).toBe(text({}));
  });

  it('the isolation key depends on the set of providers, not on how they are listed', () => {
    expect(text({ providers: ['slack', 'github', 'slack'] })).toBe(text({ providers: ['github', 'slack'] }));
    expect(text({ providers: ['slack'] })).not.toBe(text({ providers: ['github', 'slack'] }));
  });

  it('reads an isolation key of the previous release as that of a live version without providers', () => {
    const { preview: _, providers: __, ...before } = isolationKeyFor(FACTS);
    expect(isolationKeySchema.parse(before)).toEqual(isolationKeyFor(FACTS));
  });
});
