/** A build program for the tests: reports what it finds and runs the toolchain's compilers. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTask, taskPaths } from '@patchbay/sandbox-protocol/task-link';

onTask(async (input, files, progress) => {
  const { toolchain, work } = taskPaths();
  if (input.what === 'throw') throw new Error('the program gave up');
  if (input.what === 'exit') process.exit(9);
  if (input.what === 'hang') await new Promise(() => setInterval(() => {}, 1000));
  if (input.what === 'fetch') return { result: { network: await reachesNetwork() } };
  if (input.what === 'compile') return compile(toolchain, work);
  progress({ step: 'read' });
  const result = {
    bytes: files.byteLength,
    given: input,
    pid: process.pid,
    proc: existsSync('/proc/self/status'),
    store: existsSync('/store'),
  };
  return { result, files: Buffer.from(files).reverse() };
});

async function compile(toolchain: string, work: string) {
  const directory = join(work, 'project');
  mkdirSync(directory);
  writeFileSync(join(directory, 'index.ts'), 'const count: number = "one";\nexport default count;\n');
  const tsc = join(toolchain, `node_modules/@typescript/typescript-linux-${process.arch}/lib/tsc`);
  let output = '';
  try {
    execFileSync(tsc, ['--noEmit', '--pretty', 'false', '--strict', 'index.ts'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const failure = error as { stdout?: Buffer; stderr?: Buffer; message: string };
    output = `${failure.stdout}${failure.stderr}`.trim() || failure.message;
  }
  const esbuild = join(toolchain, `node_modules/@esbuild/linux-${process.arch}/bin/esbuild`);
  const bundle = execFileSync(esbuild, ['index.ts', '--bundle', '--format=cjs'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { result: { output, bundle: String(bundle) } };
}

async function reachesNetwork(): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(443, '1.1.1.1');
    socket.on('connect', () => resolve('connected'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
  });
}
