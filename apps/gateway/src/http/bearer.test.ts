import { expect, it } from 'vitest';
import { parseBearer } from './bearer.ts';

it.each(['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a b', 'Bearer kéy', 'Bearer a,Bearer b', 'Bearer a=b'])(
  'finds no bearer token in the header %j',
  (authorization) => {
    expect(parseBearer(authorization)).toBeNull();
  },
);

it.each([
  ['Bearer pbk_mcp_a-b.c~d', 'pbk_mcp_a-b.c~d'],
  ['bearer  abc== ', 'abc=='],
])('finds the bearer token of the header %j, in any case and with Base64 padding', (authorization, token) => {
  expect(parseBearer(authorization)).toBe(token);
});
