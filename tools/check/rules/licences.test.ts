import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { type InstalledPackage, isPermitted, licences } from './licences.ts';

describe('licences', () => {
  const find = (name: string, licence: string) =>
    objections(
      licences((): readonly InstalledPackage[] => [{ name, version: '1.0.0', licence }]),
      {},
    );

  it('refuses copyleft and unknown licences, and an exception given to another package', async () => {
    expect(await find('x', 'GPL-3.0-only')).toEqual(['pnpm-lock.yaml x@1.0.0 is licensed "GPL-3.0-only"']);
    expect(await find('x', '')).toEqual(['pnpm-lock.yaml x@1.0.0 is licensed "unknown"']);
    expect(await find('x', 'MPL-2.0')).toHaveLength(1);
    expect(await find('lightningcss', 'GPL-3.0-only')).toHaveLength(1);
  });

  it('accepts permissive licences, a choice with one of them, and the named exceptions', async () => {
    expect(await find('x', 'MIT')).toEqual([]);
    expect(await find('lightningcss-linux-x64-gnu', 'MPL-2.0')).toEqual([]);
    expect(isPermitted('(MIT OR GPL-3.0)')).toBe(true);
    expect(isPermitted('MIT AND GPL-3.0')).toBe(false);
  });
});
