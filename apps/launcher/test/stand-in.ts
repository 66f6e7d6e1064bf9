import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { compileCache, freePort, temporaryDirectory } from '@patchbay/testing';

/**
 * A checkout with programs that do nothing but keep the contract with the launcher: they report that they are ready,
 * record their environment, and end with the channel. The launcher, PostgreSQL and Redis are the real ones.
 */
const SOURCE = path.resolve(import.meta.dirname, '../../..');
const LAUNCHER = 'apps/launcher/src/run-launcher.ts';
const run = promisify(execFile);

const APP = `
import { writeFileSync } from 'node:fs';
import path from 'node:path';
writeFileSync(path.join(import.meta.dirname, 'environment.json'), JSON.stringify(process.env));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1 << 30);
process.send({ type: 'ready' });
`;
const FAILING_APP = `console.error('the reason is here'); process.exit(3);`;
const DASHBOARD = `
require('node:fs').writeFileSync('environment.json', JSON.stringify(process.env));
require('node:http').createServer((request, answer) => answer.end('page')).listen(process.env.PORT, process.env.HOSTNAME);
`;

export interface Ready {
  readonly processes: Record<string, number>;
  readonly sharedDirectory: string;
}

export interface StandInOptions {
  /** Runs everything as that uid. */
  readonly user?: number;
  /** The database of `DATABASE_URL`, where PostgreSQL is not the subject. Default the embedded one. */
  readonly databaseUrl?: string;
}

export class StandIn {
  readonly root: string;
  readonly data: string;
  readonly port: number;
  readonly #user: number | undefined;
  readonly #databaseUrl: string | undefined;
  /** Where the checkout is seen: a place that the user can enter, also when its own parents are closed to others. */
  #source = SOURCE;
  launcher: ChildProcess | undefined;
  output = '';

  private constructor(root: string, port: number, { user, databaseUrl }: StandInOptions) {
    this.root = root;
    this.data = path.join(root, 'data');
    this.port = port;
    this.#user = user;
    this.#databaseUrl = databaseUrl;
  }

  static async create(options: StandInOptions = {}): Promise<StandIn> {
    const root = await temporaryDirectory('start');
    for (const name of ['keyholder', 'supervisor', 'gateway', 'worker']) {
      await mkdir(path.join(root, 'apps', name, 'src'), { recursive: true });
      await writeFile(path.join(root, 'apps', name, 'src/main.ts'), APP);
    }
    const dashboard = path.join(root, 'apps/dashboard/.next/standalone/apps/dashboard');
    await mkdir(dashboard, { recursive: true });
    await writeFile(path.join(dashboard, 'server.js'), DASHBOARD);
    await mkdir(path.join(root, 'prisma'));
    await cp(path.join(SOURCE, 'prisma/migrations'), path.join(root, 'prisma/migrations'), { recursive: true });
    await writeFile(path.join(root, 'package.json'), '{"private":true,"type":"module"}');
    await writeFile(path.join(dashboard, 'package.json'), '{"type":"commonjs"}');
    await mkdir(path.join(root, 'packages/cli/scripts'), { recursive: true });
    await writeFile(path.join(root, 'packages/cli/scripts/pack.ts'), '');
    await mkdir(path.join(root, 'scripts'));
    await writeFile(path.join(root, 'scripts/run.mjs'), '');
    const standIn = new StandIn(root, await freePort(), options);
    if (options.user !== undefined) {
      await standIn.#giveTo(root, options.user);
      await standIn.#showCheckout();
    }
    return standIn;
  }

  async #giveTo(directory: string, user: number): Promise<void> {
    for (const entry of await readdir(directory, { recursive: true }))
      await chown(path.join(directory, entry), user, user);
    await chown(directory, user, user);
  }

  async #showCheckout(): Promise<void> {
    const place = await temporaryDirectory('checkout');
    await chmod(place, 0o755);
    this.#source = path.join(place, 'checkout');
    await mkdir(this.#source);
    await run('mount', ['--bind', SOURCE, this.#source]);
    // Read-only, so that removing the temporary directory can never remove the checkout with it.
    await run('mount', ['-o', 'remount,bind,ro', this.#source]);
  }

  /** Runs in place of the builds of the dashboard and, with the argument `docs`, of the documentation. */
  async buildBy(code: string): Promise<void> {
    await writeFile(
      path.join(this.root, 'scripts/run.mjs'),
      `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
${code}`,
    );
  }

  /** Makes one program end at its start, with a reason. */
  async breakApp(name: string): Promise<void> {
    await writeFile(path.join(this.root, 'apps', name, 'src/main.ts'), FAILING_APP);
  }

  /** Starts, without a demo because nothing answers at the port; resolves when it is ready, rejects with its output otherwise. */
  async start(environment: NodeJS.ProcessEnv = {}, through: 'node' | 'npm' = 'node'): Promise<Ready> {
    const launcherFile = path.join(this.#source, LAUNCHER);
    const node = path.join(this.#source, path.relative(SOURCE, process.execPath));
    const code = `const { runLauncher } = await import(${JSON.stringify(launcherFile)}); await runLauncher(${JSON.stringify(this.root)});`;
    const nodeLine = [this.#source === SOURCE ? process.execPath : node, '--input-type=module', '--eval', code];
    const script = nodeLine.map((part) => JSON.stringify(part).replaceAll('$', '\\$')).join(' ');
    const [program = '', ...args] = through === 'npm' ? ['npm', 'exec', '--call', script] : nodeLine;
    const launcher = spawn(program, args, {
      cwd: this.root,
      env: {
        PATH: process.env.PATH,
        ...compileCache(),
        PATCHBAY_DATA: this.data,
        PATCHBAY_PORT: String(this.port),
        ...(this.#databaseUrl !== undefined && { DATABASE_URL: this.#databaseUrl }),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(this.#user !== undefined && { uid: this.#user, gid: this.#user }),
    });
    this.launcher = launcher;
    this.output = '';
    launcher.stderr.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    const lines = createInterface({ input: launcher.stdout });
    const ready = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        this.output += `${line}\n`;
        if (line.includes('Patchbay is ready')) resolve();
      });
    });
    const ended = once(launcher, 'close').then(() => {
      throw new Error(this.output);
    });
    ended.catch(() => {});
    await Promise.race([ready, ended]);
    return this.ready();
  }

  async ready(): Promise<Ready> {
    return JSON.parse(await readFile(path.join(this.data, 'ready.json'), 'utf8')) as Ready;
  }

  async environmentOf(name: string): Promise<Record<string, string>> {
    const folder = name === 'dashboard' ? '.next/standalone/apps/dashboard' : 'src';
    return JSON.parse(await readFile(path.join(this.root, 'apps', name, folder, 'environment.json'), 'utf8'));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { launcher } = this;
    if (launcher && launcher.exitCode === null && launcher.signalCode === null) {
      const ended = once(launcher, 'exit');
      launcher.kill(signal);
      await ended;
    }
    if (this.#source === SOURCE) return;
    const shown = this.#source;
    this.#source = SOURCE;
    await run('umount', [shown]);
  }
}
