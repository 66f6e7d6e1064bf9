import { describe, expect, it } from 'vitest';
import { parseChallenge } from './challenge.ts';

const parsed = (header: string | null) => {
  const challenge = parseChallenge(header);
  return challenge === null ? null : Object.fromEntries(challenge.parameters);
};

describe('a challenge', () => {
  it.each([null, '', 'Basic realm="bearer"', 'DPoP algs="ES256"'])('%j has no Bearer in it', (header) => {
    expect(parsed(header)).toBeNull();
  });

  it.each([
    ['Bearer', {}],
    ['bearer realm=mcp', { realm: 'mcp' }],
    [
      'Bearer resource_metadata="https://a.example/x", scope="a b"',
      { resource_metadata: 'https://a.example/x', scope: 'a b' },
    ],
    [
      'Bearer error="invalid_token",error_description="a \\"quoted\\" word, and a comma"',
      { error: 'invalid_token', error_description: 'a "quoted" word, and a comma' },
    ],
    ['Basic realm="x", Bearer Resource_Metadata="/relative"', { resource_metadata: '/relative' }],
    ['Bearer scope="a", Basic realm="b"', { scope: 'a' }],
  ])('%s is read', (header, expected) => {
    expect(parsed(header)).toEqual(expected);
  });
});
