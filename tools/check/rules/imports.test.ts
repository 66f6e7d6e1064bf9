import { describe, expect, it } from 'vitest';
import { SourceTree } from '../source-tree.ts';
import { imports } from './imports.ts';
import { noCycles } from './no-cycles.ts';

const PACKAGES = Object.fromEntries(
  [
    ['apps/gateway', '@patchbay/gateway'],
    ['apps/worker', '@patchbay/worker'],
    ['apps/supervisor', '@patchbay/supervisor'],
    ['apps/dashboard', '@patchbay/dashboard'],
    ['packages/foundation', '@patchbay/foundation'],
    ['packages/vault', '@patchbay/vault'],
    ['packages/policy', '@patchbay/policy'],
    ['packages/domain', '@patchbay/domain'],
    ['packages/sandbox-host', '@patchbay/sandbox-host'],
    ['packages/runner', '@patchbay/runner'],
    ['packages/sandbox-protocol', '@patchbay/sandbox-protocol'],
    ['packages/sdk', '@patchbay/connector'],
    ['packages/api-client', '@patchbay/api-client'],
    ['packages/testing', '@patchbay/testing'],
  ].map(([folder, name]) => [`${folder}/package.json`, JSON.stringify({ name })]),
);

async function objections(path: string, text: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const found = await imports.find(SourceTree.of({ ...PACKAGES, ...more, [path]: text }));
  return found.map((finding) => finding.message);
}

describe('imports', () => {
  it.each([
    ['an app of an app', 'apps/gateway/src/a.ts', '@patchbay/worker'],
    ['the domain from the dashboard', 'apps/dashboard/src/a.ts', '@patchbay/domain'],
    ['the domain from the supervisor', 'apps/supervisor/src/a.ts', '@patchbay/domain'],
    ['the vault from the supervisor', 'apps/supervisor/src/a.ts', '@patchbay/vault'],
    ['the domain from the CLI', 'packages/cli/src/a.ts', '@patchbay/domain'],
    ['anything of ours from policy', 'packages/policy/src/a.ts', '@patchbay/foundation'],
    ['anything of ours from the SDK', 'packages/sdk/src/a.ts', '@patchbay/foundation'],
    ['the foundation from the runner', 'packages/runner/src/a.ts', '@patchbay/foundation'],
    ['the host from the runner', 'packages/runner/src/a.ts', '@patchbay/sandbox-host'],
    ['the runner from the host', 'packages/sandbox-host/src/a.ts', '@patchbay/runner/main'],
    ['the host from the builder', 'packages/builder/src/a.ts', '@patchbay/sandbox-host'],
    ['the kit for tests from production code', 'apps/gateway/src/a.ts', '@patchbay/testing'],
    ['another package by a path', 'apps/gateway/src/a.ts', '../../../packages/domain/src/index.ts'],
  ])('refuses an import of %s', async (_, file, specifier) => {
    expect(await objections(file, `import { x } from '${specifier}';`)).toHaveLength(1);
    expect(await objections(file, `export { x } from '${specifier}';`)).toHaveLength(1);
    expect(await objections(file, `import type { x } from '${specifier}';`)).toHaveLength(1);
    expect(await objections(file, `await import('${specifier}');`)).toHaveLength(1);
  });

  it('refuses ciphers outside the vault, by name and by namespace, and leaves hashing free', async () => {
    const gateway = 'apps/gateway/src/a.ts';
    expect(await objections(gateway, "import { createCipheriv } from 'node:crypto';")).toHaveLength(1);
    expect(await objections(gateway, "import * as crypto from 'node:crypto';")).toHaveLength(1);
    expect(await objections(gateway, "import crypto from 'crypto';")).toHaveLength(1);
    expect(await objections(gateway, "import { createHash, randomBytes } from 'node:crypto';")).toEqual([]);
    expect(await objections('packages/vault/src/seal.ts', "import { createCipheriv } from 'node:crypto';")).toEqual([]);
  });

  it('refuses an import past the entry point of a capability', async () => {
    const file = 'packages/domain/src/versions/submit-version.ts';
    expect(await objections(file, "import { x } from '../connectors/connector-repository.ts';")).toEqual([
      'connectors is entered by its index.ts',
    ]);
    expect(await objections(file, "import { x } from '../connectors/index.ts';")).toEqual([]);
    expect(await objections(file, "import { x } from './version-repository.ts';")).toEqual([]);
  });

  it('accepts imports that the table of privileges allows, and the test kit in tests', async () => {
    expect(await objections('apps/gateway/src/a.ts', "import { x } from '@patchbay/domain/connectors';")).toEqual([]);
    expect(await objections('apps/supervisor/src/a.ts', "import { x } from '@patchbay/sandbox-host';")).toEqual([]);
    const protocol = "import { x } from '@patchbay/sandbox-protocol/inside';";
    expect(await objections('packages/runner/src/a.ts', protocol)).toEqual([]);
    expect(await objections('apps/gateway/test/a.spec.ts', "import { x } from '@patchbay/testing';")).toEqual([]);
  });
});

describe('no-cycles', () => {
  const cycles = async (files: Readonly<Record<string, string>>) =>
    (await noCycles.find(SourceTree.of({ ...PACKAGES, ...files }))).map((finding) => finding.message);

  it('refuses a file that imports itself, also across packages, and names the cycle', async () => {
    const near = { 'packages/mcp/src/a.ts': "import './b.ts';", 'packages/mcp/src/b.ts': "import './a.ts';" };
    expect(await cycles(near)).toEqual([
      'imports itself: packages/mcp/src/a.ts → packages/mcp/src/b.ts → packages/mcp/src/a.ts',
    ]);
    const far = {
      'packages/vault/src/index.ts': "import { a } from '@patchbay/foundation';",
      'packages/foundation/src/index.ts': "export { b } from '@patchbay/vault';",
    };
    expect(await cycles(far)).toHaveLength(1);
  });

  it('accepts a type-only import back, because nothing of it is left at run time', async () => {
    const files = {
      'packages/mcp/src/a.ts': "import './b.ts';",
      'packages/mcp/src/b.ts': "import type { A } from './a.ts';",
    };
    expect(await cycles(files)).toEqual([]);
  });
});
