import { expect, it } from 'vitest';
import { followRenames } from './follow-renames.ts';
import type { ToolPolicy } from './policy.ts';

const policy = (connectors?: readonly string[]): ToolPolicy => ({
  id: 'pol_1',
  name: 'one',
  effect: 'blocked',
  when: { connectors },
});

it('a policy stays for a connector that was renamed, whether it names it or matches its former slug', () => {
  const renames = [{ former: 'github-old', current: 'github' }];
  for (const pattern of ['github-old', '*-old']) {
    expect(followRenames(policy([pattern]), renames).when.connectors).toEqual([pattern, 'github']);
  }
  for (const when of [undefined, ['github'], ['mail']]) {
    expect(followRenames(policy(when), renames)).toEqual(policy(when));
  }
});
