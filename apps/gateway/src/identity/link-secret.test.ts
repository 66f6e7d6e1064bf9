import { describe, expect, it } from 'vitest';
import { hashOfLink, hashOfSecret, newLinkSecret } from './link-secret.ts';

describe('the secret of a link', () => {
  it('a text without the form of a link’s secret has no hash: an id, a shorter or a longer text', () => {
    const secret = newLinkSecret().reveal();
    for (const text of ['inv_01', '', secret.slice(1), `${secret}a`, `${secret.slice(1)}/`]) {
      expect([text, hashOfLink(text)]).toEqual([text, null]);
    }
  });

  it('the secret of a link is new each time and hashed by its text', () => {
    const [one, other] = [newLinkSecret(), newLinkSecret()];
    expect(one.reveal()).not.toBe(other.reveal());
    expect(hashOfSecret(one)).toEqual(hashOfLink(one.reveal()));
    expect(hashOfSecret(one)).toHaveLength(32);
  });
});
