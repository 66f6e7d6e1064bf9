/** From code to an answered call: `patchbay deploy` as its user runs it, against a running installation. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { emptyNodeMs } from '../measuring/empty-node.ts';
import { type Measured, measure, summarize } from '../measuring/summarize.ts';

const TARGET_MS = 3_000;
const NAME = 'bench-deploy';
const ROOT = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
});
const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-bench-'));
try {
  await patchbay('init', NAME);
  // The first deploy creates the connector and warms what every later one finds warm.
  await deployAndCall('warm-up');
  const runs: Measured[] = [];
  const emptyBefore = summarize(await emptyNodeMs()).p50;
  for (let index = 1; index <= Number(values.runs); index += 1) {
    runs.push(await deployAndCall(`run ${index}`));
    if (!values.json) process.stderr.write('.');
  }
  report(runs, [emptyBefore, summarize(await emptyNodeMs()).p50]);
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** Changes the greeting, deploys, and calls until the change answers. */
async function deployAndCall(mark: string): Promise<Measured> {
  const source = path.join(directory, NAME, 'src/index.ts');
  const code = await readFile(source, 'utf8');
  await writeFile(source, code.replace(/return `[^`]*`;/, `return \`Hello, \${name}! (${mark})\`;`));
  return measure(async (lap) => {
    await patchbay('deploy', NAME);
    lap('deploy');
    const { stdout } = await patchbay('call', NAME, 'greet', 'name=Ada');
    if (!stdout.includes(`(${mark})`)) throw new Error(`The call answered with another version: ${stdout}`);
    lap('call');
  });
}

function patchbay(...args: string[]) {
  const program = path.join(ROOT, 'packages/cli/bin/patchbay.mjs');
  return run(process.execPath, [program, ...args], {
    cwd: directory,
    // The installation of this checkout, unless another one is named.
    env: { ...process.env, PATCHBAY_DATA: process.env.PATCHBAY_DATA ?? path.join(ROOT, '.patchbay') },
  });
}

/** @param emptyMs what an empty Node process took before and after */
function report(runs: readonly Measured[], emptyMs: readonly [before: number, after: number]): void {
  const total = summarize(runs.map((one) => one.totalMs));
  const laps = Object.fromEntries(
    ['deploy', 'call'].map((name) => [name, summarize(runs.map((one) => one.laps[name] ?? 0))]),
  );
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`;
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ machine, runs: runs.length, targetMs: TARGET_MS, emptyNodeMs: emptyMs, total, laps }, null, 2)}\n`,
    );
    return;
  }
  const empty = (emptyMs[0] + emptyMs[1]) / 2;
  const line = (name: string, of: typeof total) =>
    `${name.padEnd(24)} p50 ${seconds(of.p50)}  p95 ${seconds(of.p95)}  min ${seconds(of.min)}  max ${seconds(of.max)}  spread ${of.spread.toFixed(2)}`;
  process.stdout.write(
    [
      '',
      `${runs.length} deploys of the minimal template on ${machine}`,
      `${line('deploy to answered call', total)}   target p50 ${seconds(TARGET_MS)}: ${total.p50 <= TARGET_MS ? 'met' : 'missed'}`,
      ...Object.entries(laps).map(([name, of]) => line(`  of it ${name}`, of)),
      `p50 is ${(total.p50 / empty).toFixed(0)} × an empty Node process of the same run, which took ${seconds(emptyMs[0])} before and ${seconds(emptyMs[1])} after`,
      '',
    ].join('\n'),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
