import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporaryDirectory } from '@patchbay/testing';
import { prepareToolchain } from '@patchbay/testing/hosts/given-host';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildConnector } from '../src/build-connector.ts';
import type { BuildInput, BuildPaths } from '../src/build-input.ts';
import { type TarLink, tarOf } from './tar-of.ts';

const CONNECTOR = `
import { defineConnector, tool } from '@patchbay/connector';
import { z } from 'zod';
export default defineConnector({
  name: 'greeter',
  tools: {
    greet: tool({
      description: 'Greets a person.',
      readOnly: true,
      input: z.object({ name: z.string() }),
      run: ({ name }) => \`Hello, \${name}\`,
    }),
  },
});
`;

describe('the build of a connector', () => {
  let toolchain: string;
  let store: string;

  beforeAll(async () => {
    // Kept between runs under its content's name: copying a compiler takes a second.
    toolchain = await prepareToolchain(path.join(tmpdir(), `patchbay-test-toolchain-${process.getuid?.() ?? 0}`));
    store = await temporaryDirectory();
  });

  async function build(files: Readonly<Record<string, string>>, input: Partial<BuildInput> = {}) {
    const places: BuildPaths = { project: path.join(await temporaryDirectory(), 'project'), store, toolchain };
    const provided = ['zod', '@patchbay/connector', '@modelcontextprotocol/server'];
    const defaults = { entry: 'src/index.ts', typecheck: true, placements: [], links: [], provided };
    return buildConnector(places, { ...defaults, ...input }, tarOf(files));
  }

  async function storePackage(
    name: string,
    files: Readonly<Record<string, string | TarLink>>,
    place = `node_modules/${name}`,
  ) {
    const bytes = tarOf(Object.fromEntries(Object.entries(files).map(([file, text]) => [`package/${file}`, text])));
    const sha512 = createHash('sha512').update(bytes).digest('hex');
    await mkdir(path.join(store, sha512.slice(0, 2)), { recursive: true });
    await writeFile(path.join(store, sha512.slice(0, 2), `${sha512}.tgz`), bytes);
    return { path: place, name, version: '1.0.0', sha512 };
  }

  it('a build refuses a type error with file, line and column', async () => {
    const answer = await build({ 'src/index.ts': `${CONNECTOR}\nexport const wrong: number = 'text';\n` });
    expect(answer).toMatchObject({ ok: false, failure: 'types' });
    expect(answer.ok || answer.diagnostics).toMatchObject([{ file: 'src/index.ts', line: 16, column: 14 }]);
  });

  it('a build succeeds in spite of type errors when the type check is off', async () => {
    const files = { 'src/index.ts': `${CONNECTOR}\nexport const wrong: number = 'text';\n` };
    expect(await build(files, { typecheck: false })).toMatchObject({ ok: true });
  });

  it('a build refuses a syntax error with its file and line', async () => {
    const answer = await build({ 'src/index.ts': 'const a = 1;\nexport default {{;\n' });
    expect(answer).toMatchObject({ ok: false, failure: 'syntax', diagnostics: [{ file: 'src/index.ts', line: 2 }] });
  });

  it('a build refuses an import that does not resolve, and names it', async () => {
    const answer = await build({ 'src/index.ts': "import x from 'not-there';\nexport default x;\n" });
    expect(answer).toMatchObject({ ok: false, failure: 'import', diagnostics: [{ file: 'src/index.ts', line: 1 }] });
    expect(answer.ok || answer.diagnostics[0]?.text).toContain('not-there');
  });

  it('a build refuses a package that must be compiled, and names it', async () => {
    const placement = await storePackage('native-thing', {
      'package.json': '{"name":"native-thing","main":"index.js","scripts":{"install":"node-gyp rebuild"}}',
      'binding.gyp': '{}',
      'index.js': 'module.exports = 1',
    });
    const files = { 'src/index.js': "module.exports = require('native-thing')" };
    const answer = await build(files, { entry: 'src/index.js', placements: [placement] });
    expect(answer).toMatchObject({ ok: false, failure: 'native', scripted: ['native-thing'] });
  });

  it('a build refuses a package whose install script would create a file that it imports, and names it', async () => {
    const placement = await storePackage('unfinished', {
      'package.json': '{"name":"unfinished","main":"index.js","scripts":{"postinstall":"node make.js"}}',
      'index.js': "module.exports = require('./made.js')",
    });
    const files = { 'src/index.js': "module.exports = require('unfinished')" };
    const answer = await build(files, { entry: 'src/index.js', placements: [placement] });
    expect(answer).toMatchObject({ ok: false, failure: 'native', scripted: ['unfinished'] });
  });

  it.each<[string, string, TarLink | string]>([
    ['a symbolic link to a file of the host', 'stolen.json', { kind: '2', target: '/etc/passwd' }],
    ['a hard link to a file of the host', 'stolen.json', { kind: '1', target: '/etc/passwd' }],
    ['a symbolic link that climbs out', 'stolen.json', { kind: '2', target: '../../../../../../etc/passwd' }],
    ['a folder that is a link, and a file in it', 'folder', { kind: '2', target: '/tmp' }],
    ['a path that climbs out', '../../../../stolen.json', '{}'],
  ])('a build lets a package bring no %s', async (_what, name, entry) => {
    const placement = await storePackage('thief', {
      'package.json': '{"name":"thief","main":"index.js"}',
      'index.js': "module.exports = require('./stolen.json')",
      [name]: entry,
      ...(name === 'folder' && { 'folder/stolen.json': '{"in":"the package"}' }),
    });
    const files = { 'src/index.js': "module.exports = require('thief')" };
    const answer = await build(files, { entry: 'src/index.js', placements: [placement] });
    expect(answer).toMatchObject({ ok: false, failure: 'import' });
    expect(answer.ok || answer.diagnostics[0]?.text).toContain('./stolen.json');
  });

  it('a build bundles the connector without the packages that the runner provides', async () => {
    const answer = await build({ 'src/index.ts': CONNECTOR });
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    expect(answer.packages).toEqual(['@patchbay/connector', 'zod']);
    expect(answer.code).toContain('require("zod")');
    expect(answer.code.length).toBeLessThan(3000);
    expect(JSON.parse(answer.sourceMap).sources).toEqual(['src/index.ts']);
  });

  it('a build bundles the copy of a provided package that another package depends on', async () => {
    const own = { 'package.json': '{"name":"zod","main":"index.js"}', 'index.js': "exports.who = 'the copy of old'" };
    const placements = [
      await storePackage('old', {
        'package.json': '{"name":"old","main":"i.js"}',
        'i.js': "module.exports = require('zod').who",
      }),
      await storePackage('zod', own, 'node_modules/old/node_modules/zod'),
    ];
    const files = { 'src/index.js': "exports.a = require('old'); exports.b = require('zod')" };
    const answer = await build(files, { entry: 'src/index.js', placements });
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    expect(answer.packages).toEqual(['zod']);
    expect(answer.code).toContain('the copy of old');
  });

  it('a build follows links as pnpm lays them out', async () => {
    const placement = await storePackage(
      'left',
      { 'package.json': '{"name":"left","main":"i.js"}', 'i.js': 'module.exports = "left is here"' },
      'node_modules/.pnpm/left@1.0.0/node_modules/left',
    );
    const links = [{ path: 'node_modules/left', target: placement.path }];
    const files = { 'src/index.js': "module.exports = require('left')" };
    const answer = await build(files, { entry: 'src/index.js', placements: [placement], links });
    expect(answer).toMatchObject({ ok: true });
    expect(answer.ok && answer.code).toContain('left is here');
  });

  const PAGE =
    '<html><head><link rel="stylesheet" href="./a.css"></head><body><script type="module" src="./a.ts"></script></body></html>';

  it.each([
    ['a type error of a page', { 'src/ui/a.ts': 'const n: number = document.title;' }, 'types', /src\/ui\/a\.ts 1/],
    ['Node in a page', { 'src/ui/a.ts': 'process.exit(1);' }, 'types', /src\/ui\/a\.ts 1/],
    ['a script that is not there', {}, 'import', /a\.ts/],
    [
      'a syntax error of a style',
      { 'src/ui/a.ts': '', 'src/ui/a.css': '@import "./gone.css";' },
      'import',
      /gone\.css/,
    ],
    ['an image that is not there', { 'src/ui/a.html': '<img src="./logo.svg">' }, 'import', /logo\.svg/],
  ])('a build refuses %s and names the file', async (_, files, failure, place) => {
    const answer = await build({ 'src/index.ts': CONNECTOR, 'src/ui/a.html': PAGE, 'src/ui/a.css': '', ...files });
    expect(answer).toMatchObject({ ok: false, failure });
    const [first] = answer.ok ? [] : answer.diagnostics;
    expect(`${first?.file} ${first?.line} ${first?.text}`).toMatch(place);
  });

  it('a build makes each page one file without local references, and leaves web addresses alone', async () => {
    const answer = await build({
      'src/index.ts': CONNECTOR,
      'src/ui/chart.html': `<!doctype html><head><link rel="stylesheet" href="./chart.css">
        <script src="https://cdn.example.com/x.js"></script></head>
        <body><img src="./dot.svg"><script type="module" src="./chart.ts"></script></body>`,
      'src/ui/chart.css': '.a { color: red; background: url(./dot.svg) }',
      'src/ui/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'src/ui/chart.ts': `import { connectApp } from '@patchbay/connector/app';
        import { text } from './text.ts';
        void connectApp({ onResult: () => { document.title = text; } });`,
      'src/ui/text.ts': `export const text = 'ends </script> early $& <!-- not';`,
    });
    const page = answer.ok ? (answer.pages.chart ?? '') : JSON.stringify(answer);
    expect(page).toContain('https://cdn.example.com/x.js');
    expect(page).toContain('ui/initialize');
    expect(page).toContain('src="data:image/svg+xml;base64,');
    expect(page).toMatch(/<style>\.a\{/);
    expect(page).toContain('$&');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toMatch(/\.\/|<!-- not/);
  });
});
