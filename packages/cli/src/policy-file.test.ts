import { expect, it } from 'vitest';
import { differences, policyFileText } from './policy-file.ts';

const policy = (name: string, when: object = {}) => ({ name, effect: 'blocked' as const, when });

it('policies differ by name, effect and conditions, and not by the order in which they are written', () => {
  const before = [policy('a', { tools: ['x'], roles: ['owner'] }), policy('b'), policy('gone')];
  const wanted = [policy('new'), policy('b', { tools: ['y'] }), policy('a', { roles: ['owner'], tools: ['x'] })];
  expect(differences(before, wanted)).toEqual([
    { name: 'new', change: 'create' },
    { name: 'b', change: 'update' },
    { name: 'gone', change: 'delete' },
  ]);
  expect(differences(before, before)).toEqual([]);
});

it('a file holds name, effect and conditions, without ids and times of one installation', () => {
  const listed = { ...policy('a', { tools: ['x'] }), id: 'pol_1', createdAt: '2026-01-01T00:00:00Z' };
  expect(JSON.parse(policyFileText([listed]))).toEqual({ policies: [policy('a', { tools: ['x'] })] });
});
