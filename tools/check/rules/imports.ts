import { areaOf, resolveSpecifier, type Target, workspacePackages } from '../packages.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import type { ModuleReference } from '../syntax.ts';

/**
 * The permitted imports. They are a table of privileges more than of taste: the supervisor starts untrusted code, so
 * nothing it can reach holds a database password or a key; the runner sits beside that code, so it loads no other code
 * of ours.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'foundation/limits': [],
  foundation: ['foundation/limits'],
  'foundation/process': ['foundation'],
  policy: [],
  providers: [],
  mcp: ['foundation/limits'],
  sdk: [],
  'api-client': [],
  'docs-site': [],
  vault: ['foundation'],
  artifacts: ['foundation'],
  embedded: ['foundation', 'embedded/debian'],
  'embedded/debian': ['foundation'],
  'sandbox-protocol': ['foundation'],
  runner: ['sandbox-protocol', 'sdk', 'foundation/limits'],
  builder: ['sandbox-protocol'],
  // Which requests only read, and which hosts are a provider's, is data of the catalogue's form.
  egress: ['sandbox-protocol', 'foundation', 'providers'],
  probe: ['sandbox-protocol'],
  // Runs on people's machines, and beside nothing: it is handed the only way out that it has.
  doctor: ['foundation'],
  'sandbox-client': ['sandbox-protocol', 'foundation'],
  // The host reads the probe's catalogue of attempts, to judge outside what each reported from inside.
  'sandbox-host': ['sandbox-host/drivers', 'sandbox-protocol', 'probe', 'egress', 'foundation'],
  'sandbox-host/drivers': ['sandbox-protocol', 'probe', 'foundation'],
  // Names at an organization's URL are recorded as the wire has them; mcp is pure and holds nothing.
  domain: ['foundation', 'vault', 'policy', 'mcp', 'providers'],
  cli: [
    'api-client',
    'sdk',
    'embedded/debian',
    'sandbox-host',
    'builder',
    'sandbox-protocol',
    'foundation',
    'mcp',
    'doctor',
    'policy',
  ],
  gateway: [
    'foundation',
    'foundation/process',
    'vault',
    'policy',
    'mcp',
    'domain',
    'providers',
    'artifacts',
    // Documents that strangers name are fetched by guardedFetch alone.
    'egress',
    'sandbox-client',
    'sandbox-protocol',
  ],
  worker: [
    'foundation',
    // Reads a manifest as the gateway does; mcp is pure and holds nothing.
    'mcp',
    'foundation/process',
    'vault',
    'providers',
    'domain',
    'artifacts',
    'egress',
    'sandbox-client',
    'sandbox-protocol',
    'sdk',
  ],
  // It holds the master key, and parses nothing of strangers.
  keyholder: ['foundation', 'foundation/process', 'vault'],
  launcher: ['foundation', 'foundation/process', 'embedded', 'embedded/debian', 'docs-site'],
  // Runs as root: it starts and ends the processes of sandboxes, and parses nothing of theirs.
  spawner: ['foundation', 'foundation/process', 'sandbox-host/drivers'],
  supervisor: ['foundation', 'foundation/process', 'sandbox-host', 'sandbox-client', 'sandbox-protocol'],
  dashboard: ['api-client', 'policy', 'foundation/limits'],
  examples: ['sdk'],
  tools: ['foundation', 'cli'],
};

/** A test may also use the kit for tests; the kit itself, the start scripts and the end-to-end tests see everything. */
const TESTS_MAY_IMPORT = [
  'testing',
  'embedded',
  'embedded/debian',
  'foundation',
  'foundation/limits',
  'api-client',
  'docs-site',
];
const FREE = new Set(['testing', 'scripts', 'infra', 'test', 'bench', '.ci']);

const CIPHERS = /^(create(Cipher|Decipher)iv|(public|private)(Encrypt|Decrypt)|subtle|webcrypto|default|\*)$/;

/** Replaces functions of the module itself while a snapshot is taken, so it needs all of it. */
const SNAPSHOT_GUARD = 'packages/runner/src/snapshots/snapshot-guard.ts';

/** The layout of this repository, as code: see docs/adr/0005-import-rules-are-privileges.md. */
export const imports: Rule = {
  name: 'imports',
  find(tree) {
    const packages = workspacePackages(tree);
    return tree.code.flatMap((file) =>
      file.syntax.references.flatMap((reference) => {
        const target = resolveSpecifier(file, reference.specifier, packages);
        const message = objection(file, reference, target);
        return message ? [{ file: file.path, line: reference.line, message } satisfies Finding] : [];
      }),
    );
  },
};

/** Apps and packages that may import the package of this name, by name; `tests` for what only tests may import. */
export function importersOf(name: string): readonly string[] {
  const importers = Object.entries(MAY_IMPORT)
    .filter(([, allowed]) => allowed.some((area) => packageOf(area) === name))
    .map(([area]) => packageOf(area))
    .filter((importer) => importer !== name);
  if (importers.length === 0 && TESTS_MAY_IMPORT.includes(name)) return ['tests'];
  return [...new Set(importers)].sort();
}

function packageOf(area: string): string {
  return area.split('/')[0] ?? area;
}

function objection(file: SourceFile, reference: ModuleReference, target: Target): string | null {
  const from = areaOf(file.path);
  if (target.kind === 'external') return objectToCiphers(file, from, reference);
  if (FREE.has(from)) return null;
  const to = areaOf(target.kind === 'file' ? target.path : entryPath(target));
  if (to === from) return objectToInnerFile(file, target);
  if (file.isTest && TESTS_MAY_IMPORT.includes(to))
    return target.kind === 'file' && !sameFolder(from, to) ? crossing(reference, to) : null;
  if (!mayImport(from, to) && !isOwnTest(file, to)) return `${from} may not import ${to}`;
  return target.kind === 'file' && !sameFolder(from, to) ? crossing(reference, to) : null;
}

/** Limits are data that import nothing: they come with the rest of foundation, and alone to what may have nothing else. */
function mayImport(from: string, to: string): boolean {
  const allowed = MAY_IMPORT[from] ?? [];
  return allowed.includes(to) || (to === 'foundation/limits' && allowed.includes('foundation'));
}

/** Packages are entered by name, never by a path that climbs into their sources. */
function crossing(reference: ModuleReference, to: string): string {
  return `"${reference.specifier}" climbs into ${to}; import the package by its name`;
}

function entryPath(target: { folder: string; entry: string }): string {
  return target.entry === '' ? `${target.folder}/` : `${target.folder}/src/${target.entry}/`;
}

function sameFolder(from: string, to: string): boolean {
  return packageOf(from) === packageOf(to);
}

/** A package's own tests look at all of its areas from outside. */
function isOwnTest(file: SourceFile, to: string): boolean {
  return file.isTest && sameFolder(areaOf(file.path), to);
}

/** Inside `domain`, a capability is imported by its entry point: `../connectors/index.ts`, never a file behind it. */
function objectToInnerFile(file: SourceFile, target: Target): string | null {
  if (target.kind !== 'file' || file.isTest) return null;
  const capability = /^packages\/domain\/src\/([^/]+)\/(.+)$/;
  const there = capability.exec(target.path);
  const here = capability.exec(file.path);
  if (!there || there[1] === here?.[1] || there[2] === 'index.ts' || there[1] === 'generated') return null;
  return `${there[1]} is entered by its index.ts`;
}

function objectToCiphers(file: SourceFile, from: string, reference: ModuleReference): string | null {
  if (!/^(node:)?crypto$/.test(reference.specifier) || from === 'vault' || file.isTest || reference.typeOnly)
    return null;
  if (file.path === SNAPSHOT_GUARD) return null;
  const names = reference.names.filter((name) => CIPHERS.test(name));
  return names.length === 0
    ? null
    : `only vault touches ciphers (${names.join(', ')} of node:crypto); import hashing and randomness by name`;
}
