import { randomBytes } from 'node:crypto';
import { getConnector } from '@patchbay/domain/connectors';
import { startStep, submitVersion } from '@patchbay/domain/versions';
import type { GivenConnector } from '@patchbay/testing';
import { skipUnless } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  type Files,
  type GivenDeploys,
  givenDeploys,
  greeter,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  PACKAGE_JSON,
  packed,
} from './given-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const server = (body: string) => ({
  'src/index.ts': `
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
export default () => {
  const server = new McpServer({ name: 'guest', version: '1.0.0' });
  ${body}
  return server;
};`,
  'package.json': JSON.stringify({ dependencies: { '@modelcontextprotocol/server': '^2.4.0', zod: '^4.0.0' } }),
});
const named = (name: string) =>
  `server.registerTool('${name}', { title: 'T', description: 'd', inputSchema: z.object({}), annotations: { readOnlyHint: true } }, async () => ({ content: [] }));`;
const withSchema = (schema: string) =>
  `server.registerTool('t', { title: 'T', description: 'd', inputSchema: ${schema}, annotations: { readOnlyHint: true } }, async () => ({ content: [] }));`;

/** Replaces and adds files wherever its process may, as a tenant would who hopes that the next one starts from them. */
const WRITES_EVERYWHERE = `
import { readdirSync, writeFileSync } from 'node:fs';
const seen = new Set();
const spoil = (directory, depth) => {
  if (depth > 6 || seen.has(directory)) return;
  seen.add(directory);
  try { writeFileSync(directory + '/left-behind.js', 'throw new Error("left behind")'); } catch {}
  let entries = [];
  try { entries = readdirSync(directory, { withFileTypes: true }); } catch {}
  for (const entry of entries) {
    const path = directory + '/' + entry.name;
    if (entry.isDirectory()) spoil(path, depth + 1);
    else if (/\\.(js|mjs|cjs|json|tgz|d\\.ts)$/.test(entry.name)) try { writeFileSync(path, 'throw 1'); } catch {}
  }
};
for (const top of ['/store', '/toolchain', '/work', '/tmp', '/runner', '/etc', '/usr', '/dev/shm', '.']) spoil(top, 0);
`;

/** A connector whose one tool shows this page. */
const showing = (ui: string): Files => ({
  'src/index.ts': `
import { appTool, defineConnector } from '@patchbay/connector';
export default defineConnector({ name: 'greeter', tools: {
  show: appTool({ title: 'Show', description: 'Shows.', readOnly: true, ui: ${ui}, run: () => 'shown' }) } });`,
});

/** What, the upload, the code it ends with, and what its message names. */
const BAD: readonly (readonly [string, Files, string, RegExp])[] = [
  ['a source without package.json', { 'index.ts': '' }, 'source.no_package_json', /package\.json/],
  [
    'a type error',
    greeter({ 'src/more.ts': '', 'src/index.ts': 'const n: number = "x";\nexport default n;' }),
    'deploy.type_error',
    /src\/index\.ts:1:7/,
  ],
  ['a syntax error', greeter({ 'src/index.ts': 'export default {{;' }), 'deploy.syntax_error', /src\/index\.ts:1/],
  [
    'an import that does not resolve',
    greeter({ 'src/index.ts': "import './gone.ts';" }),
    'deploy.import_not_found',
    /gone/,
  ],
  [
    'a connector that throws at start',
    greeter({ 'src/index.ts': "\nthrow new Error('no way');" }),
    'deploy.start_failed',
    /src\/index\.ts:2: .*no way/,
  ],
  [
    'a connector that ends its process at start',
    greeter({ 'src/index.ts': 'process.exit(0);' }),
    'deploy.start_exited',
    /./,
  ],
  [
    'a connector that uses eval at start',
    greeter({ 'src/index.ts': "new Function('return 1')();" }),
    'deploy.code_generation_needed',
    /Code generation/,
  ],
  [
    'a page that is too large',
    greeter({ 'src/ui/big.html': `<!doctype html><p>${'x'.repeat(2.5 * 1024 * 1024)}` }),
    'deploy.page_too_large',
    /big has 2\.\d MB/,
  ],
  ['a page that is not there', greeter(showing("'gone'")), 'deploy.start_failed', /src\/ui\/gone\.html/],
  [
    'a page that asks for every origin',
    greeter({ ...showing("{ page: 'map', csp: { connectDomains: ['*'] } }"), 'src/ui/map.html': '<p>Map</p>' }),
    'deploy.findings',
    /ui:\/\/greeter\/map\.html: .*connectDomains/,
  ],
  ['a connector that hangs at start', greeter({ 'src/index.ts': 'for (;;) {}' }), 'deploy.start_timeout', /./],
  ['a connector that registers nothing', server(''), 'deploy.no_tools', /./],
  [
    'a tool named like the platform’s own',
    server(named('patchbay_search')),
    'deploy.findings',
    /patchbay_search: Names that start with _ or patchbay_, /,
  ],
  ['two tools of one name', server(named('twice') + named('twice')), 'deploy.duplicate_tool', /twice/],
  [
    'an exponential pattern',
    server(withSchema('z.object({ q: z.string().regex(/^(a+)+$/) })')),
    'deploy.schema_pattern_unsafe',
    /tools\.t\.inputSchema\.properties\.q\.pattern/,
  ],
  [
    'a pattern that is quadratic',
    server(withSchema('z.object({ q: z.string().regex(/[a-z]+$/) })')),
    'deploy.schema_pattern_unsafe',
    /tools\.t\.inputSchema\.properties\.q\.pattern: .* polynomial of degree 2/,
  ],
  [
    'a pattern that is none',
    server(withSchema("z.object({ q: z.string().meta({ pattern: '(' }) })")),
    'deploy.schema_invalid',
    /tools\.t\.inputSchema\.properties\.q\.pattern is not a regular expression/,
  ],
  [
    'a schema with a reference to the network',
    server(withSchema("z.object({ q: z.string().meta({ $ref: 'https://evil.example/s.json' }) })")),
    'deploy.schema_network_reference',
    /tools\.t\.inputSchema/,
  ],
  [
    'a schema that is too large',
    server(withSchema("z.object({ q: z.string().describe('x'.repeat(70000)) })")),
    'deploy.schema_invalid',
    /tools\.t\.inputSchema/,
  ],
  ['a reserved tool name', server(named('a__b')), 'deploy.findings', /a__b/],
  [
    'tools that differ from start to start',
    server(
      "server.registerTool('t' + Math.random().toString(36).slice(2), { description: 'd', inputSchema: z.object({}) }, async () => ({ content: [] }));",
    ),
    'deploy.manifest_unstable',
    /tools\./,
  ],
  [
    'a git dependency',
    greeter({ 'package.json': '{"dependencies":{"x":"github:a/b"}}' }),
    'source.dependency_not_allowed',
    /package\.json:1: x is asked for/,
  ],
  ['a yarn lockfile', greeter({ 'yarn.lock': '' }), 'source.lockfile_not_supported', /yarn\.lock/],
  [
    'a package.json in UTF-16',
    greeter({ 'package.json': Buffer.from('\ufeff{ "name": "greeter" }', 'utf16le') }),
    'source.bad_package_json',
    /package\.json:1: is UTF-16/,
  ],
  [
    'a package.json with a NUL',
    greeter({ 'package.json': Buffer.from('{\n  "name": "gr\0eeter" }') }),
    'source.bad_package_json',
    /package\.json:2: .*NUL/,
  ],
  [
    'a NUL in a range',
    greeter({ 'package.json': JSON.stringify({ dependencies: { a: '^1.0.0\0' } }) }),
    'source.bad_package_json',
    /package\.json:1: dependencies\.a holds a NUL/,
  ],
  [
    'a lockfile that is not UTF-8',
    greeter({ 'package-lock.json': Buffer.from([0x7b, 0x22, 0xff, 0x22]) }),
    'source.bad_lockfile',
    /package-lock\.json:1: is not UTF-8/,
  ],
  [
    'a NUL in the description of a tool',
    server(named('t').replace("description: 'd'", "description: 'a\\0b'")),
    'deploy.manifest_invalid',
    /^tools\.t\.description: holds a NUL/,
  ],
  [
    'half of a surrogate pair in the title of a tool',
    server(named('t').replace("title: 'T'", "title: '\\ud800'")),
    'deploy.manifest_invalid',
    /^tools\.t\.title: holds half of a surrogate pair/,
  ],
  [
    'a NUL in the description of a parameter',
    server(withSchema("z.object({ q: z.string().describe('a\\0b') })")),
    'deploy.manifest_invalid',
    /^tools\.t\.inputSchema\.properties\.q\.description: holds a NUL/,
  ],
  [
    'a NUL in what a page asks for',
    greeter({
      ...showing("{ page: 'map', csp: { connectDomains: ['https://a\\0.example'] } }"),
      'src/ui/map.html': '<p>Map</p>',
    }),
    'deploy.manifest_invalid',
    /NUL/,
  ],
  [
    'a start that fails with a NUL in its message',
    greeter({ 'src/index.ts': "throw new Error('no\\0way \\ud800');" }),
    'deploy.start_failed',
    /no\\u\{0\}way \\u\{d800\}/,
  ],
];

describe('a deploy', () => {
  let deploys: GivenDeploys;
  let connector: GivenConnector;
  let liveVersion: string;

  beforeAll(async () => {
    deploys = await givenDeploys();
    connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    const version = await deploy(greeter());
    if (version.state !== 'published') throw new Error(JSON.stringify(version.failure));
    liveVersion = version.id;
  }, 90_000);
  afterAll(() => deploys?.close());

  async function deploy(upload: Uint8Array | Files, flags: { typecheck?: boolean } = {}) {
    return deploys.finished(connector, await deploys.submit(connector, upload, flags));
  }

  async function live(): Promise<string | null> {
    return (await deploys.inScope(connector, (tx) => getConnector(tx, connector.id))).liveVersionId;
  }

  it.for(BAD)('refuses %s with its own code, and leaves the live version', async ([, files, code, names]) => {
    const version = await deploy(files);
    expect(version.failure).toMatchObject({ code });
    expect(version.failure?.detail).toMatch(names);
    expect(version.state).toBe(code === 'deploy.findings' ? 'rejected' : 'failed');
    expect(await live()).toBe(liveVersion);
  });

  it('refuses a bundle that is larger than a connector may be, and names its largest part', async () => {
    const data = `export const data = '${randomBytes(3_200_000).toString('hex')}';`;
    const entry = `export { data } from './data.ts';\n${greeter()['src/index.ts']}`;
    const version = await deploy(greeter({ 'src/data.ts': data, 'src/index.ts': entry }));
    expect(version.failure).toMatchObject({
      code: 'deploy.bundle_too_large',
      detail: expect.stringMatching(/data\.ts/),
    });
  });

  it('a deploy gives up a step that twenty workers died in', async () => {
    const upload = await packed(greeter({ 'src/again.ts': '' }));
    const { digest } = await deploys.artifacts.put(connector.organization.id, upload, { bytesMax: 1_000_000 });
    const input = { connectorId: connector.id, sourceDigest: digest, activate: true, typecheck: true };
    const version = await deploys.inScope(connector, async (tx) => {
      const submitted = await submitVersion(tx, connector.organization.owner.actor, input);
      for (let attempt = 0; attempt < 20; attempt += 1) await startStep(tx, submitted.id, 'received');
      return submitted;
    });
    await deploys.queue.add('deploy', { versionId: version.id }, { jobId: version.id });
    const finished = await deploys.finished(connector, version);
    expect(finished).toMatchObject({ state: 'failed', failure: { code: 'deploy.interrupted_too_often' } });
  });

  it('refuses an upload cut in half', async () => {
    const bytes = await packed(greeter());
    const version = await deploy(bytes.subarray(0, bytes.byteLength / 2));
    expect(version.failure).toMatchObject({ code: 'source.truncated', step: 'resolving' });
  });

  it('publishes connectors with type errors when the type check is switched off', async () => {
    const files = greeter({ 'src/extra.ts': 'export const n: number = "x";' });
    const source = `import './extra.ts';\n${files['src/index.ts']}`;
    expect(await deploy({ ...files, 'src/index.ts': source }, { typecheck: false })).toMatchObject({
      state: 'published',
    });
  });

  it('a deploy accepts patterns whose time is linear', async () => {
    const pattern = '/^[a-z0-9]{1,63}(\\.[a-z0-9]{1,63})*$/';
    const version = await deploy(server(withSchema(`z.object({ host: z.string().regex(${pattern}), to: z.email() })`)));
    expect(version).toMatchObject({ state: 'published', failure: null });
  });

  it('a deploy lists the tools that need approval', async () => {
    const tool =
      "server.registerTool('wipe', { description: 'd', inputSchema: z.object({}) }, async () => ({ content: [] }));";
    const version = await deploy(server(tool));
    expect(version).toMatchObject({ state: 'published' });
    expect(await deploys.findings(connector, version)).toMatchObject([
      { rule: 'annotations_missing', severity: 'warning', subject: 'wipe' },
      { rule: 'title_missing', severity: 'info', subject: 'wipe' },
    ]);
    expect((await deploys.log(connector, version)).join('\n')).toMatch(/calls of wipe will wait for approval/);
  });

  /** A bundle that takes time to load, as one with its own copies of packages does. */
  const large = (atLoad: string) => {
    const files = greeter({
      'src/words.ts': `export const words = ['${'word '.repeat(40_000)}'].join().length;\n${atLoad}\n`,
    });
    return {
      ...files,
      'src/index.ts': `import { words } from './words.ts';\nif (words < 1) throw 1;\n${files['src/index.ts']}`,
    };
  };

  it('explains to an author why a large bundle has no startup snapshot, and where, and publishes it', async () => {
    const version = await deploy(large('export const loadedAt = Date.now();'));
    expect(version).toMatchObject({ state: 'published', snapshot: null });
    expect(await deploys.findings(connector, version)).toMatchObject([
      {
        rule: 'snapshot_not_taken',
        severity: 'info',
        subject: 'src/words.ts:2',
        message: expect.stringContaining('Date.now was used while the snapshot was taken'),
      },
    ]);
  });

  it('stores a startup snapshot beside the artifact of a large bundle', async () => {
    const version = await deploy(large(''));
    expect(version).toMatchObject({ state: 'published', snapshot: { image: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    const { organization } = connector;
    const digest = version.snapshot?.digest ?? '';
    expect(await deploys.artifacts.has({ organizationId: organization.id, digest })).toBe(true);
    expect((await deploys.log(connector, version)).join('\n')).toMatch(/startup snapshot of \d+ KB taken/);
  });

  it('a deploy runs each step once and takes little time', async () => {
    const version = await deploy(greeter({ 'src/note.ts': PACKAGE_JSON.slice(0, 0) }));
    const steps = await deploys.steps(connector, version);
    expect(steps.map(({ name, state, attempt }) => `${name} ${state} ${attempt}`)).toEqual(
      ['received', 'resolving', 'building', 'probing', 'scanning', 'storing'].map((name) => `${name} done 1`),
    );
    const took = steps.map((step) => Number(step.finishedAt) - Number(step.startedAt));
    console.info(`deploy steps in ms: ${steps.map(({ name }, index) => `${name} ${took[index]}`).join(', ')}`);
    expect(took.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5000);
  });

  it('lets no connector leave anything for the next one’s deploy, wherever it writes', async () => {
    const clean = await deploy(greeter({ 'src/same.ts': '' }));
    const spoiling = greeter({ 'src/index.ts': `${WRITES_EVERYWHERE}\n${greeter()['src/index.ts']}` });
    const hostile = await deploy(spoiling, { typecheck: false });
    expect(hostile.failure).toBeNull();
    const other = await deploys.given.connector(await deploys.given.organization('initech'), 'greeter');
    const after = await deploys.finished(other, await deploys.submit(other, greeter({ 'src/same.ts': '' })));
    expect(after).toMatchObject({ state: 'published', artifactDigest: clean.artifactDigest });
    expect(after.manifest).toEqual(clean.manifest);
  });

  it('the worker signs what it writes into the audit log, as a writer of its own', async () => {
    const [row] = await deploys.inScope(connector, (tx) =>
      tx.query<{ writer: string; hmac: Uint8Array | null }>(
        "SELECT writer_id AS writer, hmac FROM app.audit_events WHERE action = 'version.published' AND target_id = $1",
        [liveVersion],
      ),
    );
    expect(row?.writer).toMatch(/^worker-[0-9a-f-]{36}$/);
    expect(row?.hmac?.byteLength).toBe(32);
  });

  it('gives a second organization an artifact of its own for the same source', async () => {
    const other = await deploys.given.connector(await deploys.given.organization('globex'), 'greeter');
    const version = await deploys.finished(other, await deploys.submit(other, greeter()));
    expect(version).toMatchObject({ state: 'published' });
    const digest = version.artifactDigest ?? '';
    await deploys.artifacts.remove({ organizationId: connector.organization.id, digest });
    expect(await deploys.artifacts.has({ organizationId: other.organization.id, digest })).toBe(true);
  });
});
