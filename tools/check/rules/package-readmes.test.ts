import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { importersOf } from './imports.ts';
import { packageReadmes } from './package-readmes.ts';

describe('package-readmes', () => {
  const readme = (importers: string, lines: number) => `Imported by: ${importers}.\n${'text\n'.repeat(lines - 1)}`;

  it('refuses an app or package without a README', async () => {
    const files = { 'apps/worker/package.json': '{}', 'packages/mcp/package.json': '{}' };
    expect(await objections(packageReadmes, files)).toEqual([
      expect.stringContaining('apps/worker/README.md is missing'),
      expect.stringContaining('packages/mcp/README.md is missing'),
    ]);
  });

  it.each([9, 21])('refuses a README of %i lines', async (lines) => {
    const files = { 'apps/worker/package.json': '{}', 'apps/worker/README.md': readme('nothing', lines) };
    expect(await objections(packageReadmes, files)).toEqual([`apps/worker/README.md ${lines} lines, not 10 to 20`]);
  });

  it('refuses a README that names other importers than the rule about imports allows', async () => {
    const files = { 'packages/vault/package.json': '{}', 'packages/vault/README.md': readme('supervisor', 10) };
    expect(await objections(packageReadmes, files)).toEqual([
      'packages/vault/README.md has no line "Imported by: domain, gateway, keyholder, worker."',
    ]);
  });

  it.each([10, 20])('accepts a README of %i lines that names the importers', async (lines) => {
    const files = { 'apps/worker/package.json': '{}', 'apps/worker/README.md': readme('nothing', lines) };
    expect(await objections(packageReadmes, files)).toEqual([]);
  });
});

describe('importers of a package', () => {
  it('counts a package that may import several folders of another once, and never the package itself', () => {
    expect(importersOf('embedded')).toEqual(['cli', 'launcher']);
  });

  it('states that only tests may import the test kit', () => {
    expect(importersOf('testing')).toEqual(['tests']);
  });
});
