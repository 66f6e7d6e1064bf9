import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const MODULE = pathToFileURL(path.resolve(import.meta.dirname, '../at-our-end.ts'));
/** Two things to end, the first of which takes a while, and a third that is taken back. */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  import { atOurEnd } from '${MODULE}';
  atOurEnd(() => {
    writeSync(1, 'first\\n');
    for (const until = performance.now() + 500; performance.now() < until; );
    throw new Error('it ended before us');
  });
  atOurEnd(() => writeSync(1, 'second\\n'));
  atOurEnd(() => writeSync(1, 'third\\n'))();
  setInterval(() => {}, 1_000);
  writeSync(1, 'ready\\n');`;

describe('atOurEnd', () => {
  it('a benchmark that ends runs every cleanup not taken back, also after a second signal', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      // A terminal, npm and timeout(1) each pass a signal on: it comes more than once.
      if (line === 'ready' || line === 'first') child.kill('SIGTERM');
    }
    expect(lines).toEqual(['ready', 'first', 'second']);
    expect(await closed).toEqual([1, null]);
  });
});
