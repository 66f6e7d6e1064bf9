import { describe, expect, it } from 'vitest';
import { declaredSecrets, secretLines } from './declared-secrets.ts';

const SET_AT = '2026-11-21T12:00:00Z';

describe('declaredSecrets', () => {
  it.each([{}, { secrets: null }, { secrets: ['API_KEY'] }])('finds no declared secrets in %j', (manifest) => {
    expect(declaredSecrets(manifest)).toEqual([]);
  });

  it('takes a secret for required unless the manifest declares otherwise', () => {
    const secrets = { API_KEY: { description: 'From the settings.' }, REGION: { description: '', required: false } };
    expect(declaredSecrets({ secrets })).toEqual([
      { name: 'API_KEY', description: 'From the settings.', required: true },
      { name: 'REGION', description: '', required: false },
    ]);
  });
});

describe('secretLines', () => {
  it('secrets are listed with required and missing ones first, and undeclared ones are kept', () => {
    const declared = [
      { name: 'REGION', description: '', required: false },
      { name: 'TOKEN', description: '', required: true },
      { name: 'API_KEY', description: '', required: true },
    ];
    const set = ['API_KEY', 'OLD'].map((name) => ({ name, createdAt: SET_AT, updatedAt: SET_AT }));
    const lines = secretLines(set, declared);
    expect(lines.map(({ name, setAt }) => [name, setAt])).toEqual([
      ['TOKEN', null],
      ['API_KEY', SET_AT],
      ['OLD', SET_AT],
      ['REGION', null],
    ]);
    expect(lines.find(({ name }) => name === 'OLD')?.declared).toBeNull();
  });
});
