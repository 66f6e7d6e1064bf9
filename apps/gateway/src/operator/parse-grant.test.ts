import { describe, expect, it } from 'vitest';
import { parseGrant } from './parse-grant.ts';

const BEFORE = { personBurst: 90 };
const after = (...args: string[]) => {
  const wanted = parseGrant(args);
  return 'problem' in wanted ? wanted.problem : wanted.change(BEFORE);
};

describe('the arguments of a grant of limits', () => {
  it.each([['personBurst'], ['personBurst=-1'], ['personBurst=1.5'], ['--reset', 'personBurst=1'], ['']])(
    'a grant of %s is refused with the argument that is none',
    (...args) => {
      expect(after(...args)).toMatch(/is neither name=value nor --reset alone/);
    },
  );

  it('a grant without arguments changes nothing, and a reset ends what was granted', () => {
    expect(after()).toBeNull();
    expect(after('--reset')).toEqual({});
  });

  it('a grant adds to what was granted and replaces the same name', () => {
    expect(after('toolBurst=5', 'personBurst=70')).toEqual({ personBurst: 70, toolBurst: 5 });
  });
});
