import { describe, expect, it } from 'vitest';
import { STEPS } from '../steps/step.ts';
import { CLIENT_IDS, RULES } from './index.ts';

describe('a rule', () => {
  it.each(Object.entries(RULES))(
    '%s belongs to a step, concerns clients, has a fix, and cites a dated source',
    (id, rule) => {
      expect(Object.keys(STEPS)).toContain(id.split('.')[0]);
      expect(rule.clients.length).toBeGreaterThan(0);
      expect(CLIENT_IDS).toEqual(expect.arrayContaining([...rule.clients]));
      expect(rule.means).toMatch(/\.$/);
      expect(rule.fix).toMatch(/\.$/);
      expect(rule.source.date).toMatch(/^(read )?\d{4}(-\d\d){0,2}$/);
      expect(rule.source.where.length).toBeGreaterThan(5);
    },
  );
});
