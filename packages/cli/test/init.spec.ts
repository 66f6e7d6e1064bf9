import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { packTools } from '../scripts/pack.ts';
import { TEMPLATES } from '../src/create-project.ts';
import { ownDirectory, runCli } from './run-cli.ts';

const downloads = path.resolve(import.meta.dirname, '../node_modules/.test-downloads');
beforeAll(async () => {
  await packTools(downloads, 'http://localhost:4000');
});

/** Serves the tarballs as an installation does; `tamper` changes what arrives. */
async function serveDownloads(tamper: (bytes: Buffer) => Buffer = (bytes) => bytes): Promise<string> {
  const tools = Object.fromEntries(
    await Promise.all(
      ['cli', 'connector'].map(async (name) => [name, await readFile(path.join(downloads, `${name}.tgz`))]),
    ),
  ) as Record<string, Buffer>;
  const server = createServer((request, response) => {
    const name = path.basename(request.url ?? '', '.tgz');
    const origin = `http://${request.headers.host}`;
    if (tools[name]) return void response.end(tamper(tools[name]));
    const entries = Object.entries(tools).map(([tool, bytes]) => {
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      return [tool, { url: `${origin}/-/downloads/${tool}.tgz`, integrity }];
    });
    response.end(JSON.stringify(Object.fromEntries(entries)));
  }).listen(0);
  onTestFinished(() => void server.close());
  return `http://localhost:${(server.address() as { port: number }).port}`;
}

describe('patchbay init', () => {
  it.each([
    ['a name with capitals', ['init', 'Weather'], 'cli.usage'],
    ['a name of other characters', ['init', 'wetter_bericht'], 'cli.usage'],
    ['a template that does not exist', ['init', 'weather', '--template', 'huge'], 'cli.usage'],
  ])('patchbay init refuses %s, and writes nothing', async (_, args, code) => {
    const cwd = await ownDirectory();
    const run = await runCli([...args, '--json'], { cwd });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code } });
    expect(await readdir(cwd)).toEqual([]);
  });

  it('patchbay init refuses a folder that is not empty, and leaves it alone', async () => {
    const cwd = await ownDirectory();
    await runCli(['init', 'weather'], { cwd });
    await writeFile(path.join(cwd, 'weather/src/index.ts'), 'mine');
    const run = await runCli(['init', 'weather', '--json'], { cwd });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'cli.directory_not_empty' } });
    expect(await readFile(path.join(cwd, 'weather/src/index.ts'), 'utf8')).toBe('mine');
  });

  it('reports that tools are not verified when they differ from the installation’s digest', async () => {
    const cwd = await ownDirectory();
    const origin = await serveDownloads((bytes) => Buffer.concat([bytes, Buffer.from([0])]));
    const run = await runCli(['init', 'weather', '--origin', origin], { cwd });
    expect(run.stdout).toContain('The tools were not verified');
    expect(await readdir(path.join(cwd, 'weather'))).not.toContain('package-lock.json');
  });

  it('a new project takes its tools from the installation, and locks them with their integrity', async () => {
    const cwd = await ownDirectory();
    const origin = await serveDownloads();
    await runCli(['init', 'weather', '--origin', origin], { cwd });
    const manifest = JSON.parse(await readFile(path.join(cwd, 'weather/package.json'), 'utf8'));
    expect(manifest.dependencies['@patchbay/connector']).toBe(`${origin}/-/downloads/connector.tgz`);
    const { packages } = JSON.parse(await readFile(path.join(cwd, 'weather/package-lock.json'), 'utf8'));
    expect(packages['node_modules/@patchbay/connector']).toMatchObject({
      resolved: manifest.dependencies['@patchbay/connector'],
      integrity: expect.stringMatching(/^sha512-/),
      peerDependencies: { zod: '^4.0.0' },
    });
    expect(packages['node_modules/@patchbay/cli']).toMatchObject({ dev: true, bin: { patchbay: 'bin/patchbay.mjs' } });
  });

  it('the help of patchbay init names every template', async () => {
    const { stdout } = await runCli(['init', '--help'], { cwd: await ownDirectory() });
    for (const template of Object.keys(TEMPLATES)) expect(stdout).toContain(template);
  });

  it.each(Object.keys(TEMPLATES))(
    'makes a whole project of the template %s, with nothing left to fill in',
    async (template) => {
      const cwd = await ownDirectory();
      const run = await runCli(['init', 'order-desk', '--template', template, '--json'], { cwd });
      const { files } = JSON.parse(run.stdout) as { files: string[] };
      expect(files).toEqual(
        expect.arrayContaining([
          '.gitignore',
          'README.md',
          'package.json',
          'src/index.ts',
          'test/index.test.ts',
          'tsconfig.json',
        ]),
      );
      for (const file of files) {
        expect(await readFile(path.join(cwd, 'order-desk', file), 'utf8'), file).not.toMatch(/\{\{|undefined/);
      }
      const source = await readFile(path.join(cwd, 'order-desk/src/index.ts'), 'utf8');
      expect(source).toContain("name: 'order-desk'");
      expect(source).toContain("title: 'Order desk'");
    },
  );
});
