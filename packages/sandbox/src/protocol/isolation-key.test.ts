import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isolationKeyText } from './isolation-key.ts';

const key = fc.record({
  organizationId: fc.string(),
  connectorId: fc.string(),
  versionId: fc.string(),
  settingsRevision: fc.nat(),
  subject: fc.string(),
});

it('is the same for equal keys only', () => {
  fc.assert(
    fc.property(key, key, (one, two) => {
      expect(isolationKeyText(one) === isolationKeyText(two)).toBe(JSON.stringify(one) === JSON.stringify(two));
      expect(isolationKeyText({ ...one, subject: `${one.subject}x` })).not.toBe(isolationKeyText(one));
    }),
  );
});
