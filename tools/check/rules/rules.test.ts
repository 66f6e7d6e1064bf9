// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the fixtures are code, and that is what the rule looks for
import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { castsHaveReasons } from './casts-have-reasons.ts';
import { cursorsHaveBounds } from './cursors-have-bounds.ts';
import { documentedPaths } from './documented-paths.ts';
import { endpointsAudited } from './endpoints-audited.ts';
import { envOnlyInConfig } from './env-only-in-config.ts';
import { errorsDocumented } from './errors-documented.ts';
import { errorsTested } from './errors-tested.ts';
import { fileNames } from './file-names.ts';
import { fileSize } from './file-size.ts';
import { type InstalledPackage, isPermitted, licences } from './licences.ts';
import { migrationsSafe } from './migrations-safe.ts';
import { type CommandShape, namedCommands } from './named-commands.ts';
import { namedPages } from './named-pages.ts';
import { noMachinePaths } from './no-machine-paths.ts';
import { noNestedTransactions } from './no-nested-transactions.ts';
import { noRawNetwork } from './no-raw-network.ts';
import { sqlIsParameterized } from './sql-is-parameterized.ts';

describe('file-size', () => {
  it('refuses a file of more than 400 lines and lets a test have 600', async () => {
    const long = 'export {};\n'.repeat(401);
    expect(await objections(fileSize, { 'packages/mcp/src/a.ts': long })).toEqual([
      'packages/mcp/src/a.ts 401 lines, at most 400',
    ]);
    expect(await objections(fileSize, { 'packages/mcp/test/a.spec.ts': long })).toEqual([]);
    expect(await objections(fileSize, { 'packages/mcp/test/a.spec.ts': 'export {};\n'.repeat(601) })).toHaveLength(1);
  });
});

describe('documented-paths', () => {
  it('refuses links and quoted paths that lead nowhere', async () => {
    const files = {
      'docs/a.md': 'See [b](b.md), [c](../README.md#start), [out](https://x.example/y) and\n`apps/worker/src/gone.ts`.',
      'docs/b.md': '`apps/worker/` and `apps/worker/src/main.ts` are there; `tools/call` is no path.',
      'apps/worker/src/main.ts': '',
      'README.md': '[docs](docs)',
    };
    expect(await objections(documentedPaths, files)).toEqual(['docs/a.md:2 there is no apps/worker/src/gone.ts']);
  });
});

describe('named-pages', () => {
  const routes = {
    'apps/dashboard/src/app/page.tsx': '',
    'apps/dashboard/src/app/sign-in/page.tsx': '',
    'apps/dashboard/src/app/-/api-keys/page.tsx': '',
    'apps/dashboard/src/app/[organization]/settings/members/page.tsx': '',
  };

  it('refuses a page that no route answers, in documents and in messages', async () => {
    const files = {
      ...routes,
      'README.md': 'Open /dashboard/acme/settings/keys, or /dashboard/acme/settings/members.',
      'packages/cli/src/a.ts': 'const a = `${origin}/dashboard/${slug}/settings/people`;',
      'packages/foundation/src/dashboard-pages.ts': "export const PAGES = { secrets: '/dashboard/-/secrets' };",
    };
    expect(await objections(namedPages, files)).toEqual([
      'README.md:1 the dashboard has no page /dashboard/acme/settings/keys',
      'packages/cli/src/a.ts:1 the dashboard has no page /dashboard/${slug}/settings/people',
      'packages/foundation/src/dashboard-pages.ts:1 the dashboard has no page /dashboard/-/secrets',
    ]);
  });

  it('refuses a hint that sends people to the dashboard and to no page of it', async () => {
    const files = {
      ...routes,
      'packages/foundation/src/catalog/a.ts': "hint: 'Create one in the dashboard.',\nhint: `At ${PAGES.apiKeys}.`,",
      'docs/errors/a/b.md': '## Why\n\nThe dashboard is away.\n\n## What to do\n\nLook into the dashboard.\n',
      'packages/cli/src/a.ts': "// made in the dashboard\nconst a = 'Make one in the dashboard.';",
    };
    expect(await objections(namedPages, files)).toEqual([
      'packages/foundation/src/catalog/a.ts:1 names the dashboard and no page of it',
      'docs/errors/a/b.md:7 names the dashboard and no page of it',
      'packages/cli/src/a.ts:2 names the dashboard and no page of it',
    ]);
  });

  it('accepts paths of the repository, placeholders and pages that are there', async () => {
    const text =
      'See apps/dashboard/src, /dashboard, /dashboard/-/api-keys and /dashboard/{organization}/settings/members.';
    expect(await objections(namedPages, { ...routes, 'docs/a.md': text })).toEqual([]);
  });
});

describe('named-commands', () => {
  const command = (name: string, options: string[] = [], commands: readonly CommandShape[] = []): CommandShape => ({
    name,
    options,
    commands,
  });
  const secrets = command('secrets', [], [command('set', ['--connector'])]);
  const rule = namedCommands(async () =>
    command('patchbay', ['--json'], [command('logs', ['-f', '--follow']), secrets]),
  );
  const root = { 'package.json': '{"scripts":{"reset":"x"}}' };

  it.each([
    ['`patchbay log NAME`', 'there is no command patchbay log'],
    ['    npx patchbay logs weather --tail', 'patchbay logs has no option --tail'],
    ['`patchbay secrets` lists', 'patchbay secrets does nothing by itself'],
    ['npx --yes ORIGIN/-/downloads/cli.tgz start x', 'there is no command patchbay start'],
    ['Run `npm run clean`.', 'package.json has no script clean'],
  ])('refuses %s', async (text, message) => {
    expect(await objections(rule, { ...root, 'docs/a.md': text })).toEqual([`docs/a.md:1 ${message}`]);
  });

  it('refuses them in messages of the code too', async () => {
    const files = { ...root, 'packages/sdk/src/a.ts': 'throw new Error(`Set it with: patchbay secret set ${name}`);' };
    expect(await objections(rule, files)).toEqual(['packages/sdk/src/a.ts:1 there is no command patchbay secret']);
  });

  it('accepts commands that are there, arguments, and the name in a sentence', async () => {
    const text = [
      '`patchbay logs weather -f --json`, `patchbay secrets set API_KEY --connector x < key.txt`, `patchbay --help`',
      'The name patchbay on the public registry is somebody else’s. `npm run reset -- --yes`',
    ].join('\n');
    expect(await objections(rule, { ...root, 'docs/a.md': text })).toEqual([]);
  });
});

describe('file-names', () => {
  it('refuses drawers, as a file and as a folder, and names that are not kebab-case', async () => {
    expect(await objections(fileNames, { 'packages/mcp/src/utils.ts': '' })).toHaveLength(1);
    expect(await objections(fileNames, { 'packages/mcp/src/helpers/read.ts': '' })).toHaveLength(1);
    expect(await objections(fileNames, { 'packages/mcp/src/readBody.ts': '' })).toHaveLength(1);
    expect(await objections(fileNames, { 'apps/dashboard/src/app/[organization]/page.tsx': '' })).toEqual([]);
  });
});

describe('env-only-in-config', () => {
  it('refuses process.env in any spelling outside config.ts', async () => {
    const files = {
      'apps/worker/src/main.ts': 'const url = process.env.DATABASE_URL;',
      'apps/worker/src/wire.ts': "import { env } from 'node:process';\nexport const url = env.DATABASE_URL;",
      'apps/worker/src/queue.ts': 'const { DATABASE_URL } = process.env;',
    };
    expect(await objections(envOnlyInConfig, files)).toHaveLength(3);
  });

  it('accepts it in config.ts, scripts, tool settings and tests', async () => {
    const text = 'export const port = process.env.PORT;';
    const paths = ['apps/worker/src/config.ts', 'scripts/start.ts', 'vitest.config.ts', 'apps/worker/test/a.spec.ts'];
    const main = { 'apps/worker/src/main.ts': 'const config = loadWorkerConfig(process.env);' };
    expect(await objections(envOnlyInConfig, main)).toEqual([]);
    expect(await objections(envOnlyInConfig, Object.fromEntries(paths.map((path) => [path, text])))).toEqual([]);
  });
});

describe('casts-have-reasons', () => {
  it.each([
    ['as', 'const x = y as string;'],
    ['!', 'const x = y!;'],
    ['any', 'function f(x: any) {}'],
    ['as unknown as', 'const x = y as unknown as string;'],
  ])('refuses a bare %s', async (_, text) => {
    expect((await objections(castsHaveReasons, { 'packages/mcp/src/a.ts': text })).length).toBeGreaterThan(0);
  });

  it('accepts `as const`, and a cast with its reason on the line, above the statement or inside it', async () => {
    const text = [
      'export const A = [1] as const;',
      'const b = y as string; // the map was filled from the same list',
      '// the map was filled from the same list',
      'const c = y as string;',
      'const d = call(',
      '  // the map was filled from the same list',
      '  y as string,',
      ');',
    ].join('\n');
    expect(await objections(castsHaveReasons, { 'packages/mcp/src/a.ts': text })).toEqual([]);
  });

  it('does not take the comment of another statement for a reason', async () => {
    const text = '// about a\nconst a = 1;\n\nconst b = y as string;';
    expect(await objections(castsHaveReasons, { 'packages/mcp/src/a.ts': text })).toHaveLength(1);
  });
});

describe('sql-is-parameterized', () => {
  it.each([
    ['a template with values', 'tx.query(`SELECT 1 FROM t WHERE id = ${id}`);'],
    ['a concatenation', "client.query('SELECT ' + name);"],
    ['the text of a query object', 'client.query({ text: `SELECT ${name}`, values: [] });'],
    ['the unsafe Prisma call', "prisma.$queryRawUnsafe('SELECT 1');"],
  ])('refuses %s', async (_, text) => {
    expect(await objections(sqlIsParameterized, { 'packages/domain/src/a.ts': text })).toHaveLength(1);
  });

  it('accepts parameters, and an identifier with its reason', async () => {
    const text = [
      "tx.query('SELECT 1 FROM t WHERE id = $1', [id]);",
      'tx.query(`SELECT 1`);',
      'tx.query(`SELECT ${COLUMNS} FROM t`);',
      'tx.query(`GRANT ALL ON DATABASE ${pg.escapeIdentifier(name)} TO x`);',
      "tx.query('SELECT 1 ' + 'FROM t');",
      '// sql: a role name cannot be a parameter; it is one of our three constants, quoted',
      'client.query(`CREATE ROLE ${role}`);',
    ].join('\n');
    expect(await objections(sqlIsParameterized, { 'packages/domain/src/a.ts': text })).toEqual([]);
  });
});

describe('cursors-have-bounds', () => {
  it('refuses a position written as an OR alone, in a condition and in SQL', async () => {
    const files = {
      'packages/domain/src/a.ts': 'export const w = { OR: [{ at: { lt: a } }, { at: a, id: { lt: b } }] };',
      'packages/domain/src/b.ts': "tx.query('SELECT 1 FROM t WHERE at < $1 OR (at = $1 AND id < $2) LIMIT 9');",
      'apps/worker/src/c.ts': 'tx.query(`SELECT 1 FROM t\n WHERE (at < $1\n OR at = $1 AND id < $2)`);',
    };
    expect(await objections(cursorsHaveBounds, files)).toEqual(
      Object.keys(files).map((file) => expect.stringContaining(`${file}:1 a cursor without a bound`)),
    );
  });

  it('takes a bound beside the OR, a comparison of rows, and an OR that is no position', async () => {
    const files = {
      'packages/domain/src/a.ts': 'export const w = { at: { lte: a }, OR: [{ at: { lt: a } }, { id: { lt: b } }] };',
      'packages/domain/src/b.ts': "tx.query('SELECT 1 FROM t WHERE (at, id) < ($1, $2)');",
      'packages/domain/src/c.ts': 'export const w = { OR: [{ holder: a }, { holder: null }] };',
      'packages/domain/src/d.ts': "tx.query('UPDATE t SET a = 1 WHERE (h = $3 OR u IS NULL OR u < now())');",
    };
    expect(await objections(cursorsHaveBounds, files)).toEqual([]);
  });
});

describe('errors-documented', () => {
  const page = (body = 'Something happened to the request, as told here.') =>
    `# x\n\n## What happened\n\n${body}\n\n## Why\n\n${body}\n\n## What to do\n\n${body}\n`;
  const rule = errorsDocumented(async () => ['mcp.bad_body']);

  it('refuses a code without a page, and a page without a code', async () => {
    expect(await objections(rule, {})).toEqual(['docs/errors/mcp/bad_body.md the code has no page']);
    const files = { 'docs/errors/mcp/bad_body.md': page(), 'docs/errors/mcp/gone.md': page() };
    expect(await objections(rule, files)).toEqual(['docs/errors/mcp/gone.md no such code in the catalogue']);
  });

  it('refuses a page whose sections are missing or empty', async () => {
    const files = { 'docs/errors/mcp/bad_body.md': page('-') };
    expect(await objections(rule, files)).toHaveLength(3);
  });
});

describe('errors-tested', () => {
  const codes = async () => ['mcp.bad_body', 'mcp.slow'];
  const named = { 'packages/mcp/src/a.test.ts': "expect(code).toBe('mcp.bad_body');" };

  it('refuses a code no test names, also when the code itself does', async () => {
    const files = { 'packages/mcp/src/a.ts': "throw new AppError('mcp.slow');", ...named };
    expect(await objections(errorsTested(codes, {}), files)).toEqual([
      'packages/foundation/src/catalog.ts no test names mcp.slow',
    ]);
    expect(await objections(errorsTested(codes, { 'mcp.slow': 'takes minutes' }), files)).toEqual([]);
  });

  it('refuses an exception for what has a test, or is gone', async () => {
    const untested = { 'mcp.slow': 'takes minutes', 'mcp.bad_body': 'once', 'mcp.gone': 'long ago' };
    expect(await objections(errorsTested(codes, untested), named)).toEqual([
      'packages/foundation/src/catalog.ts mcp.bad_body is gone or has a test; take it off the list',
      'packages/foundation/src/catalog.ts mcp.gone is gone or has a test; take it off the list',
    ]);
  });
});

describe('endpoints-audited', () => {
  const at = 'apps/gateway/src/admin/endpoints/connectors.ts';

  it('refuses an endpoint without permission or audit, and a route beside the table', async () => {
    const text = "export const list = defineEndpoint({ method: 'GET', path: '/x' });\napp.get('/y', async () => 1);";
    expect(await objections(endpointsAudited, { [at]: text })).toEqual([
      `${at}:1 the endpoint declares no permission`,
      `${at}:1 the endpoint declares no audit`,
      `${at}:2 a bare route has no permission and no audit; use defineEndpoint`,
    ]);
  });

  it('accepts an endpoint that declares both', async () => {
    const text = "defineEndpoint({ method: 'GET', path: '/x', permission: 'a:read', audit: { none: 'a read' } });";
    expect(await objections(endpointsAudited, { [at]: text })).toEqual([]);
  });
});

describe('migrations-safe', () => {
  const migrate = (sql: string, name = '20261121090000_add_x') =>
    objections(migrationsSafe, { [`prisma/migrations/${name}/migration.sql`]: sql });

  it.each([
    ['an index that locks', 'CREATE INDEX a ON calls (x);'],
    ['a concurrent index beside something else', 'CREATE INDEX CONCURRENTLY a ON calls (x);\nSELECT 1;'],
    ['a column dropped at once', 'ALTER TABLE calls DROP COLUMN x;'],
    ['a table dropped at once', 'DROP TABLE calls;'],
    ['a foreign key that scans', 'ALTER TABLE calls ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (id);'],
    ['a column no old row can have', 'ALTER TABLE calls ADD COLUMN x text NOT NULL;'],
    ['a rename', 'ALTER TABLE calls RENAME COLUMN x TO y;'],
  ])('refuses %s', async (_, sql) => {
    expect(await migrate(sql)).toHaveLength(1);
  });

  it('refuses a folder without time and name', async () => {
    expect(await migrate('SELECT 1;', 'init')).toHaveLength(1);
  });

  it('accepts the same on a table made in the same file, a lone concurrent index and an announced drop', async () => {
    expect(await migrate('CREATE TABLE "calls" (id text);\nCREATE INDEX a ON "calls" (id);')).toEqual([]);
    expect(await migrate('CREATE UNIQUE INDEX CONCURRENTLY a ON calls (x);')).toEqual([]);
    expect(await migrate('-- contract: 20261101090000_stop_using_x\nALTER TABLE calls DROP COLUMN x;')).toEqual([]);
    expect(await migrate("DO $$ BEGIN EXECUTE 'DROP TABLE x;'; END $$;\nSELECT ';DROP TABLE y;';")).toEqual([]);
  });
});

describe('no-raw-network', () => {
  it.each([
    ['fetch', 'await fetch(url);'],
    ['undici', "import { request } from 'undici';"],
    ['http.request', "import { request } from 'node:http';"],
    ['a namespace of net', "import * as net from 'node:net';"],
  ])('refuses %s in an app and in the domain', async (_, text) => {
    expect(await objections(noRawNetwork, { 'apps/worker/src/a.ts': text })).toHaveLength(1);
    expect(await objections(noRawNetwork, { 'packages/domain/src/a.ts': text })).toHaveLength(1);
  });

  it('accepts listening, an injected fetch, and the dashboard asking its own origin', async () => {
    const files = {
      'apps/worker/src/a.ts': "import { createServer } from 'node:http';\nawait upstream.fetch(url);",
      'apps/dashboard/src/lib/api.ts': 'await fetch(path);',
    };
    expect(await objections(noRawNetwork, files)).toEqual([]);
  });
});

describe('licences', () => {
  const find = (name: string, licence: string) =>
    objections(
      licences((): readonly InstalledPackage[] => [{ name, version: '1.0.0', licence }]),
      {},
    );

  it('refuses copyleft, the unknown and an exception given to another package', async () => {
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

describe('no-machine-paths', () => {
  it('refuses the checkout, a home directory and a download host in the lockfile', async () => {
    const files = {
      'docs/a.md': 'see /srv/someone/patchbay/docs',
      'docs/b.md': `see /ho${'me'}/alice/notes`,
      'pnpm-lock.yaml': 'resolution: {tarball: https://packages.example.com/a.tgz}',
    };
    expect(await objections(noMachinePaths, files, '/srv/someone/patchbay')).toHaveLength(3);
  });

  it('accepts relative paths and addresses in prose', async () => {
    const files = { 'docs/a.md': 'see ../docs and https://example.com/home/alice/' };
    expect(await objections(noMachinePaths, files, '/srv/someone/patchbay')).toEqual([]);
  });
});

describe('no-nested-transactions', () => {
  it.each([
    [
      'another transaction',
      'deps.database.withOrganization(scope, async (tx) => deps.database.withOrganization(scope, work));',
    ],
    ['a look-up', 'async function f(tx: Tx) { await database.lookups.findApiKey(hash); }'],
    [
      'a function that is given the database',
      'handleInTransaction(e, async (tx, call, deps) => revoke(deps.database, text));',
    ],
    ['a change of people', 'handleInTransaction(e, async (tx, call, deps) => deps.identity.changeRole(change));'],
    ['a ping in a nested function', 'async function f(tx: Tx, { database }: Deps) { later(() => database.ping()); }'],
  ])('refuses %s in a function that takes a transaction', async (_, text) => {
    expect(await objections(noNestedTransactions, { 'apps/gateway/src/a.ts': text })).toHaveLength(1);
  });

  it('accepts one transaction after the other, and work that is given the transaction', async () => {
    const text = `
      const found = await database.withOrganization(scope, (tx) => find(tx));
      await database.withOrganization(scope, (tx) => update(tx, found));
      await identity.inTurn(id, (tx) => identity.invite(tx, change));`;
    expect(await objections(noNestedTransactions, { 'apps/gateway/src/a.ts': text })).toHaveLength(0);
  });
});
