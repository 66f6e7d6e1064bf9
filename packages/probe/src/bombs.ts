/** Programs that use a resource until a bound stops them. Each needs a sandbox of its own, since most end with it. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

export interface Bomb {
  readonly name: string;
  /** Answers how far it came, or never. */
  explode(): unknown;
  /** `answer: …`, `exit …`, or `stopped` when the host had to. */
  readonly held: RegExp;
  /** How long it may take; a busy host must not look like one without limits. Default 15 s. */
  readonly milliseconds?: number;
}

/** Far above the bound, and not enough to trouble a host that has none. */
const FILES_KEPT = 200_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const BOMBS: readonly Bomb[] = [
  {
    name: 'fill the JavaScript heap',
    explode: () => {
      const hoard: unknown[] = [];
      for (;;) hoard.push(new Array(100_000).fill(Math.random()));
    },
    held: /^exit/,
  },
  {
    name: 'fill memory outside of the heap',
    explode: async () => {
      const hoard: Buffer[] = [];
      for (let count = 0; count < 60; count++) {
        hoard.push(Buffer.alloc(8 * 1024 * 1024, 1));
        await pause(5);
      }
      return `${hoard.length * 8} MiB held`;
    },
    held: /^exit .*memory|ERR_MEMORY_ALLOCATION_FAILED|Array buffer allocation failed/,
  },
  {
    name: 'start processes without end',
    explode: async () => {
      let [started, refused] = [0, ''];
      for (let count = 0; count < 100 && refused === ''; count++) {
        await new Promise<void>((next) => {
          const child = spawn('/node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
          child.on('spawn', () => {
            started += 1;
            next();
          });
          child.on('error', (error: NodeJS.ErrnoException) => {
            refused = error.code ?? error.message;
            next();
          });
        });
      }
      return refused || `${started} processes`;
    },
    held: /EAGAIN|^exit .*(processes|memory)/,
  },
  {
    name: 'start threads without end',
    explode: async () => {
      const failed = new Promise((resolve) => {
        for (let count = 0; count < 100; count++) {
          const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
          worker.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        }
      });
      return Promise.race([failed, pause(3_000).then(() => '100 threads')]);
    },
    held: /^exit|ERR_WORKER|EAGAIN/,
  },
  {
    name: 'loop without end',
    explode: () => {
      for (;;);
    },
    held: /^stopped$/,
    milliseconds: 2_000,
  },
  {
    name: 'fill the scratch until it is memory',
    explode: () => {
      for (let count = 0; ; count++) writeFileSync(`/tmp/bomb-${count}`, Buffer.alloc(1024 * 1024, 1));
    },
    held: /ENOSPC|^exit memory/,
  },
  {
    name: 'keep files without end',
    explode: async () => {
      let kept = 0;
      for (; kept < FILES_KEPT; kept++) {
        writeFileSync(`/tmp/empty-${kept}`, '');
        if (kept % 1_000 === 0) await pause(2);
      }
      return `${kept} files kept`;
    },
    held: /^exit files/,
  },
  { name: 'answer 300 MB', explode: () => 'x'.repeat(300_000_000), held: /^exit|frame|^stopped$/ },
  {
    name: 'abort',
    explode: () => process.abort(),
    held: /^exit/,
  },
];
