import { describe, expect, it } from 'vitest';
import { entityTag, matchesEntityTag } from './entity-tag.ts';

describe('entity tags', () => {
  const tag = entityTag('{"a":1}');

  it('an entity tag does not match other bytes, an absent header or a part of the tag', () => {
    expect(matchesEntityTag(entityTag('{"a":2}'), tag)).toBe(false);
    expect(matchesEntityTag(undefined, tag)).toBe(false);
    expect(matchesEntityTag(tag.slice(1, -1), tag)).toBe(false);
  });

  it('an entity tag matches itself, weakly, in a list and under a star', () => {
    for (const header of [tag, `W/${tag}`, `"x", ${tag}`, '*']) expect(matchesEntityTag(header, tag)).toBe(true);
  });
});
