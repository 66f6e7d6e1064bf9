import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findDebianProgram, findProgram } from '@patchbay/embedded';
import { programsOfTests } from '@patchbay/testing';

const run = promisify(execFile);
const ENTER = path.join(import.meta.dirname, 'enter-bare-machine.sh');
const DEBOOTSTRAP_TIMEOUT_MS = 600_000;
/** How this machine reaches the world: the same archive and registry, through the same proxies and certificates. */
const OF_THIS_MACHINE = [
  '/etc/apt/sources.list',
  '/etc/apt/sources.list.d',
  '/etc/apt/auth.conf.d',
  '/etc/apt/keyrings',
  '/usr/share/keyrings',
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/npmrc',
  '/etc/ssl/certs',
  '/usr/share/ca-certificates',
  '/usr/local/share/ca-certificates',
];
const ENVIRONMENT = /^(npm_config_registry|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy)$/i;

export interface BareUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

export const ROOT_USER: BareUser = { name: 'root', uid: 0, home: '/root' };
export const NORMAL_USER: BareUser = { name: 'builder', uid: 1000, home: '/home/builder' };

/**
 * A Debian of its own in a directory: the base system, Node and npm, nothing else. Programs inside have this machine's
 * kernel and network, and file system, processes and accounts of their own.
 */
export class BareMachine {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** About a minute. @throws Error when there is no debootstrap to be had */
  static async create(): Promise<BareMachine> {
    const machine = new BareMachine(await mkdtemp('/var/tmp/patchbay-bare-'));
    try {
      await chmod(machine.directory, 0o755);
      await machine.#install();
      return machine;
    } catch (error) {
      await machine.remove();
      throw error;
    }
  }

  async #install(): Promise<void> {
    const found = await findDebianProgram(
      { names: ['debootstrap'], packages: ['debootstrap'], file: 'usr/sbin/debootstrap' },
      programsOfTests,
    );
    if ('missing' in found) throw new Error(`debootstrap is ${found.missing}`);
    const { program } = found.found;
    const scripts = path.resolve(program, '../../share/debootstrap');
    await run(program, ['--variant=minbase', await codename(), this.directory], {
      timeout: DEBOOTSTRAP_TIMEOUT_MS,
      maxBuffer: 64 * 2 ** 20,
      env: { PATH: programsOfTests.searchPath, DEBOOTSTRAP_DIR: scripts },
    });
    await rm(this.#inside('/etc/apt/sources.list'), { force: true });
    for (const file of OF_THIS_MACHINE.filter((name) => existsSync(name))) {
      await cp(file, this.#inside(file), { recursive: true, verbatimSymlinks: true, force: true });
    }
    const { stdout } = await run('apt-config', ['dump']);
    const proxies = stdout.split('\n').filter((line) => /^Acquire::https?::/.test(line));
    await writeFile(this.#inside('/etc/apt/apt.conf.d/99-this-machine'), `${proxies.join('\n')}\n`);
    await this.#installNode();
    await appendFile(
      this.#inside('/etc/passwd'),
      `${NORMAL_USER.name}:x:${NORMAL_USER.uid}:${NORMAL_USER.uid}::${NORMAL_USER.home}:/bin/sh\n`,
    );
    for (const user of [ROOT_USER, NORMAL_USER]) {
      await mkdir(this.#inside(user.home), { recursive: true });
      const settings = path.join(process.env.HOME ?? '/root', '.npmrc');
      if (existsSync(settings)) await cp(settings, this.#inside(`${user.home}/.npmrc`));
    }
    await run('chown', ['-R', `${NORMAL_USER.uid}:${NORMAL_USER.uid}`, this.#inside(NORMAL_USER.home)]);
  }

  /** The Node and npm of this machine, not those that the checkout pins. */
  async #installNode(): Promise<void> {
    const searchPath = programsOfTests.searchPath.split(':').filter((folder) => !folder.includes('node_modules'));
    const [node, npm] = await Promise.all(['node', 'npm'].map((name) => findProgram([name], searchPath.join(':'))));
    if (!node || !npm) throw new Error('this machine has no Node and npm of its own');
    await cp(await realpath(node), this.#inside('/usr/bin/node'));
    const modules = this.#inside('/usr/lib/node_modules');
    await cp(path.resolve(await realpath(npm), '../..'), path.join(modules, 'npm'), { recursive: true });
    for (const name of ['npm', 'npx']) {
      await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, this.#inside(`/usr/bin/${name}`));
    }
  }

  /** A clone of this checkout's last commit, in the user's home directory. */
  async cloneFor(user: BareUser): Promise<void> {
    const clone = this.#inside(`${user.home}/patchbay`);
    await run('git', ['clone', '--quiet', '--no-hardlinks', path.resolve(import.meta.dirname, '..'), clone]);
    await run('chown', ['-R', `${user.uid}:${user.uid}`, clone]);
  }

  /** Runs a line of sh as the user, in the clone, in a process group of its own. Its children end with it. */
  spawn(user: BareUser, line: string): ChildProcess {
    const environment = Object.entries(process.env).flatMap(([name, value]) =>
      ENVIRONMENT.test(name) ? [`${name}=${value}`] : [],
    );
    const isolation = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
    const words = [ENTER, this.directory, String(user.uid), user.home, line, ...environment];
    return spawn('unshare', [...isolation, 'sh', ...words], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }

  /** Mounts were made in namespaces that are gone: nothing of this machine is below the directory. */
  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #inside(file: string): string {
    return path.join(this.directory, file);
  }
}

async function codename(): Promise<string> {
  const { stdout } = await run('sh', ['-c', '. /etc/os-release && echo "$VERSION_CODENAME"']);
  return stdout.trim();
}
