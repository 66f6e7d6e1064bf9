import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const LOGGER = path.resolve(import.meta.dirname, '../src/logger.ts');

/** Output of a program that logs three lines and ends like this. */
async function writtenBy(end: string): Promise<number[]> {
  const program = `
    import { createLogger } from ${JSON.stringify(LOGGER)};
    const logger = createLogger('spec', 'info');
    for (const line of [1, 2, 3]) logger.info({ line }, 'logged');
    ${end}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [written] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).line);
}

it.each(['process.exit(3);', 'throw new Error("unexpected");', ''])(
  'the logger has written every line when the process ends by "%s"',
  async (end) => {
    expect(await writtenBy(end)).toEqual([1, 2, 3]);
  },
);

it('a process continues and ends when the disk of its log is full', { timeout: 20_000 }, async () => {
  const program = `
    import { createLogger } from ${JSON.stringify(LOGGER)};
    const logger = createLogger('spec', 'info');
    logger.info('lost');
    setTimeout(() => {
      logger.info('lost as well');
      console.error('still here');
    }, 50);`;
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const [printed, [code, signal]] = await Promise.all([text(child.stderr ?? Readable.from([])), once(child, 'exit')]);
  clearTimeout(late);
  expect({ printed, code, signal }).toEqual({ printed: 'still here\n', code: 0, signal: null });
});
