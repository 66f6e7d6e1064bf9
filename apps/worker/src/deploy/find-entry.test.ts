import { describe, expect, it } from 'vitest';
import { readPackageJson } from './dependencies/read-package-json.ts';
import { findEntry } from './find-entry.ts';

const find = (manifest: object, ...names: string[]) => {
  const files = new Map([['package.json', JSON.stringify(manifest)], ...names.map((name) => [name, ''] as const)]);
  const source = new Map([...files].map(([name, text]) => [name, Buffer.from(text)]));
  return findEntry(readPackageJson(source), source);
};

describe('the entry of a connector', () => {
  it('a missing entry of a connector is refused, also when package.json names it', () => {
    expect(() => find({}, 'lib/other.ts')).toThrow(expect.objectContaining({ code: 'deploy.entry_not_found' }));
    expect(() => find({ patchbay: { entry: 'a.ts' } }, 'src/index.ts')).toThrow(
      expect.objectContaining({ code: 'deploy.entry_not_found', detail: expect.stringContaining('a.ts') }),
    );
  });

  it('the entry of a connector is what package.json names, else a usual place', () => {
    expect(find({ patchbay: { entry: 'a.ts' } }, 'a.ts', 'src/index.ts')).toBe('a.ts');
    expect(find({ exports: { '.': { import: './b.mjs' } } }, 'b.mjs', 'index.js')).toBe('b.mjs');
    expect(find({ main: 'dist/built.js' }, 'src/index.ts')).toBe('src/index.ts');
  });
});
