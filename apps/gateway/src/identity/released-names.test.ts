import { describe, expect, it } from 'vitest';
import { parseReleasedNames, releaseOf } from './released-names.ts';

const released = parseReleasedNames('claude-lab=org_1, github-tools=psn_2');
const wanted = { slug: 'claude-lab', name: 'Lab', holder: 'org_1' };

describe('a name that looks like a brand', () => {
  it.each([
    ['to no holder', { ...wanted, slug: 'claude-shop' }, 'claude-shop=org_1'],
    ['to another holder', { ...wanted, holder: 'org_2' }, 'claude-lab=org_2'],
    ['only as a slug of another', { slug: 'acme', name: 'Claude', holder: 'org_1' }, 'acme=org_1'],
  ])('a name of a brand released %s is refused, with what the operator would have to write', (_what, name, release) => {
    expect(() => releaseOf(name, released)).toThrow(
      expect.objectContaining({ code: 'organizations.name_needs_release', data: expect.objectContaining({ release }) }),
    );
  });

  it('a released name of a brand is granted to its holder', () => {
    expect(releaseOf(wanted, released)).toBe('org_1');
    expect(releaseOf({ slug: 'github-tools', name: 'GitHub Tools', holder: 'psn_2' }, released)).toBe('psn_2');
  });
});

describe('any other name', () => {
  it('a name that looks like no brand needs no release', () => {
    expect(releaseOf({ slug: 'acme', name: 'Acme', holder: 'org_9' }, [])).toBeNull();
    expect(parseReleasedNames('')).toEqual([]);
  });
});
