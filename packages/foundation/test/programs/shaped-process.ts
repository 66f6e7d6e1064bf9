/** A process of our shape whose parts fail or wait as its arguments name them. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { ConfigError } from '../../src/index.ts';
import { answered, runProcess } from '../../src/process/index.ts';

const faults = new Set(process.argv.slice(2));
// The parent is notified of each step; the channel is closed in some tests.
const report = (step: string) => void process.stdout.write(`${JSON.stringify({ step })}\n`);

if (faults.has('late')) {
  report('loaded');
  await once(process, 'disconnect');
}

await runProcess(
  'shaped',
  () => ({ logLevel: 'info', internalPort: 0 }),
  async () => {
    report('wiring');
    if (faults.has('wire fails')) throw new Error('no wire');
    if (faults.has('key missing')) throw new ConfigError(['KEY_FILE: cannot be read']);
    if (faults.has('wire is slow')) await delay(300);
    return {
      checks: [{ name: 'database', required: true, read: () => answered(Promise.resolve()) }],
      metrics: new Registry(),
      async start() {
        report('starting');
        if (faults.has('start fails')) throw new Error('no start');
        if (faults.has('start hangs')) await new Promise(() => {});
        return { port: 4000 };
      },
      async drain() {
        report('draining');
        if (faults.has('drain fails')) throw new Error('no drain');
        if (faults.has('drain waits')) await once(process, 'SIGUSR1');
      },
      onSignal: {
        async SIGUSR2() {
          report('signalled');
          throw new Error('no answer to the signal');
        },
      },
    };
  },
);
