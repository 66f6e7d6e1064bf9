#!/usr/bin/env node
/**
 * The entry point of every npm script. Plain JavaScript on built-in modules, for any Node from 18 on: it installs what
 * is missing, then does the job on the pinned Node.
 *
 *   start · dashboard · docs [directory] · test · test:long · check · reset --yes · prisma <arguments> · exec <program> <arguments>
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  buildDashboard,
  buildDocs,
  generatePrismaClient,
  installDependencies,
  pinnedNode,
  ROOT,
  toolEnvironment,
} from './bootstrap/prepare.mjs';
import { runCommand } from './bootstrap/run-command.mjs';
import { fail } from './bootstrap/say.mjs';

const at = (...parts) => path.join(ROOT, ...parts);

/** Runs a program of ours or of the tools on the pinned Node. */
function onNode(args, environment = {}) {
  return runCommand(pinnedNode(), args, { cwd: ROOT, env: { ...toolEnvironment(), ...environment } });
}

/** All tests need the dashboard and the documentation; the first of them would else build both within its own time. */
async function onTests(args, environment) {
  if (args.length === 0) {
    await Promise.all([buildDashboard(), buildDocs([])]);
  }
  return onNode([at('node_modules/vitest/vitest.mjs'), 'run', ...args], environment);
}

const COMMANDS = {
  async start() {
    const main = at('apps/launcher/src/main.ts');
    if (realpathSync(process.execPath) === pinnedNode()) {
      process.chdir(ROOT);
      Object.assign(process.env, toolEnvironment());
      await import(pathToFileURL(main).href);
      return undefined; // it lives until it is stopped, and sets the exit code itself
    }
    // The channel notifies the launcher when this process is killed: it then stops what it started.
    return runCommand(pinnedNode(), [main], {
      cwd: ROOT,
      env: toolEnvironment(),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
  },
  dashboard: () => buildDashboard(),
  docs: (args) => buildDocs(args),
  test: (args) => onTests(args),
  'test:long': (args) => onTests(args, { PATCHBAY_TEST_LONG: '1' }),
  check: (args) => onNode([at('tools/check/main.ts'), ...args]),
  reset: (args) => onNode([at('apps/launcher/src/reset.ts'), ...args]),
  prisma: (args) => onNode([at('scripts/prisma/main.ts'), ...args]),
  exec: ([program, ...args]) => runCommand(program ?? 'node', args, { cwd: ROOT, env: toolEnvironment() }),
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command === undefined) {
  fail(
    `there is no command "${name}".`,
    'this script knows only its own.',
    `use one of: ${Object.keys(COMMANDS).join(', ')}.`,
  );
}
await installDependencies();
await generatePrismaClient();
const code = await command(args);
if (code !== undefined) process.exit(code);
