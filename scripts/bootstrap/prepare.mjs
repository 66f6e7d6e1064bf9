import { accessSync, constants, cpSync, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { once, withLock } from './once.mjs';
import { mustRun, runCommand } from './run-command.mjs';
import { fail, say } from './say.mjs';

export const ROOT = path.resolve(path.dirname(realpathSync(new URL(import.meta.url).pathname)), '../..');

export const PNPM = 'pnpm@12.21.0';
const STAMPS = path.join(ROOT, 'node_modules/.patchbay');
const LOCKS = path.join(ROOT, 'node_modules');
/** The oldest Node that runs TypeScript as it is; older ones only start the pinned one. */
const NODE_MAJOR_MIN = 24;

const at = (...parts) => path.join(ROOT, ...parts);

/** Installs the lockfile, when a manifest or the lockfile changed since the last time. */
export async function installDependencies() {
  const manifests = () => {
    const workspaces = ['apps', 'packages', 'examples'].flatMap((folder) =>
      existsSync(at(folder)) ? readdirSync(at(folder)).map((name) => at(folder, name, 'package.json')) : [],
    );
    return [at('package.json'), at('pnpm-lock.yaml'), at('pnpm-workspace.yaml'), ...workspaces];
  };
  await once(
    {
      stamp: path.join(STAMPS, 'install'),
      inputs: manifests,
      outputs: [at('node_modules/.modules.yaml')],
      lockFile: path.join(LOCKS, '.patchbay-install.lock'),
    },
    async () => {
      say('Installing dependencies (only when they changed) …');
      await mustRun('The installation of the dependencies', 'npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
        cwd: ROOT,
        env: { ...process.env, ...writableHome(), CI: '1' },
      });
    },
  );
}

/** npm and pnpm keep caches below the home directory; accounts such as `nobody` have none. */
function writableHome() {
  try {
    accessSync(homedir(), constants.W_OK);
    return {};
  } catch {
    const home = at('.patchbay/home');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return { HOME: home };
  }
}

/** The Node that runs everything: the pinned one, or the current where none is published for the machine. */
export function pinnedNode() {
  const pinned = at('node_modules/.bin/node');
  if (existsSync(pinned)) return realpathSync(pinned);
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  return fail(
    `Patchbay needs Node ${NODE_MAJOR_MIN}, and this is ${process.versions.node}.`,
    `on ${process.platform} ${process.arch} no pinned Node is installed along with the dependencies.`,
    `install Node ${NODE_MAJOR_MIN} or newer and run the command again.`,
  );
}

/** The environment of every tool of the repository: the pinned Node first in the path, no telemetry. */
export function toolEnvironment() {
  return {
    ...process.env,
    PATH: `${at('node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
    NEXT_TELEMETRY_DISABLED: '1',
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    // Prisma's own engine would be downloaded from elsewhere than the npm registry; this one came with the packages.
    PRISMA_SCHEMA_ENGINE_BINARY: at('scripts/prisma/rpc.mjs'),
  };
}

/** Makes the Prisma client when the schema changed. */
export async function generatePrismaClient() {
  if (!existsSync(at('prisma/schema.prisma'))) return;
  await once(
    {
      stamp: path.join(STAMPS, 'prisma'),
      inputs: () => [at('prisma/schema.prisma'), at('prisma/models'), at('prisma.config.ts'), at('pnpm-lock.yaml')],
      outputs: [at('packages/domain/src/generated')],
      lockFile: path.join(LOCKS, '.patchbay-prisma.lock'),
    },
    async () => {
      say('Making the database client …');
      await mustRun('prisma generate', pinnedNode(), [at('node_modules/prisma/build/index.js'), 'generate'], {
        cwd: ROOT,
        env: toolEnvironment(),
      });
    },
  );
}

/** Builds the dashboard when its sources changed. */
export async function buildDashboard() {
  const dashboard = at('apps/dashboard');
  if (!existsSync(path.join(dashboard, 'src/app'))) return;
  await once(
    {
      stamp: path.join(STAMPS, 'dashboard'),
      inputs: () => [
        dashboard,
        at('packages/api-client/src'),
        at('packages/policy/src'),
        at('packages/foundation/src/limits'),
        at('pnpm-lock.yaml'),
      ],
      outputs: [path.join(dashboard, '.next/BUILD_ID')],
      lockFile: path.join(LOCKS, '.patchbay-dashboard.lock'),
    },
    async () => {
      say('Building the dashboard (only when it changed) …');
      const next = path.join(dashboard, 'node_modules/next/dist/bin/next');
      await mustRun('The build of the dashboard', pinnedNode(), [next, 'build'], {
        cwd: dashboard,
        env: { ...toolEnvironment(), NODE_ENV: 'production' },
      });
      const standalone = path.join(dashboard, '.next/standalone/apps/dashboard');
      if (!existsSync(standalone)) return;
      cpSync(path.join(dashboard, '.next/static'), path.join(standalone, '.next/static'), { recursive: true });
      const files = path.join(dashboard, 'public');
      if (existsSync(files)) cpSync(files, path.join(standalone, 'public'), { recursive: true });
    },
  );
}

/** Builds the documentation into the directory, or into that of its version, unless it is there. Resolves with the exit code. */
export function buildDocs([directory]) {
  const script = at('packages/docs-site/scripts/build.ts');
  return withLock(path.join(LOCKS, '.patchbay-docs.lock'), () =>
    runCommand(pinnedNode(), directory === undefined ? [script] : [script, path.resolve(directory)], {
      cwd: ROOT,
      env: toolEnvironment(),
    }),
  );
}
