/**
 * The official conformance suite through the gateway: `examples/fixture`, deployed by the real pipeline on a fresh
 * installation, once without authentication and once through a proxy that adds a key. Exits non-zero when a scenario
 * fails, required or not, but for the extension that is not served. There is no list of expected failures.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { removeInstallation } from '@patchbay/embedded';
import { Installation, type ReadyFile } from '../installation.ts';
import { startBearerProxy } from './bearer-proxy.ts';
import { runSuite, type Scenario, SUITES } from './run-suite.ts';

const SLUG = 'fixture';
const ROOT = path.resolve(import.meta.dirname, '../..');

const { values } = parseArgs({
  options: {
    /** Only suites whose name contains this. */
    suite: { type: 'string', default: '' },
    /** Where the output of each suite is written. */
    output: { type: 'string' },
  },
});

interface Row {
  readonly suite: string;
  readonly scenario: Scenario;
}

const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-conformance-'));
const installation = await Installation.at(path.join(directory, 'data'));
let failed = 0;
try {
  const ready = await installation.start();
  if (ready.apiKey === null) throw new Error(`the installation has no demo:\n${installation.output}`);
  const deployed = await installation.patchbay(['deploy', path.join(ROOT, 'examples/fixture')]);
  if (deployed.code !== 0) throw new Error(`the fixture was not deployed:\n${deployed.stdout}${deployed.stderr}`);
  const endpoint = `/${ready.organization}/${SLUG}/mcp`;

  await setAuthMode(ready, 'none');
  const open = await runAll('no authentication', `${ready.origin}${endpoint}`);
  await setAuthMode(ready, 'oauth');
  const proxy = await startBearerProxy(ready.origin, ready.mcpApiKey);
  const keyed = await runAll('API key', `${proxy.origin}${endpoint}`);
  await proxy.close();

  failed = print([...open, ...keyed]);
} finally {
  await installation.stop();
  await removeInstallation(installation.dataDirectory);
  await rm(directory, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);

async function runAll(access: string, url: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const suite of SUITES.filter(({ name }) => name.includes(values.suite))) {
    const name = `${suite.name}, ${access}`;
    process.stderr.write(`${name} …\n`);
    const report = await runSuite(suite, url);
    rows.push(...report.scenarios.map((scenario) => ({ suite: name, scenario })));
    if (values.output)
      await writeFile(path.join(values.output, `${name.replaceAll(/[^a-z0-9.]+/gi, '-')}.log`), report.output);
  }
  return rows;
}

async function setAuthMode(ready: ReadyFile, authMode: 'none' | 'oauth'): Promise<void> {
  const response = await fetch(`${ready.apiUrl}/organizations/${ready.organization}/connectors/${SLUG}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
    // The fixture has tools that write, and every user of this machine may call them.
    body: JSON.stringify({ authMode, ...(authMode === 'none' && { confirmOpen: SLUG }) }),
  });
  if (!response.ok)
    throw new Error(`the connector's access was not changed: ${response.status} ${await response.text()}`);
}

/** A line per scenario, the gap in a sentence, and how many others failed. */
function print(rows: readonly Row[]): number {
  const lines: string[] = [];
  let failures = 0;
  for (const suite of new Set(rows.map((row) => row.suite))) {
    const of = rows.filter((row) => row.suite === suite).map((row) => row.scenario);
    const served = of.filter((scenario) => !scenario.isGap);
    const required = served.filter((scenario) => scenario.isRequired);
    const red = served.filter((scenario) => scenario.failed > 0);
    const gap = of.filter((scenario) => scenario.isGap && scenario.failed > 0).map(({ name }) => name);
    failures += red.length;
    const good = required.filter((scenario) => scenario.failed === 0).length;
    lines.push('', `${suite}: ${good} of ${required.length} required scenarios pass`);
    for (const { name, passed, failed: bad, isRequired } of served) {
      const note = isRequired ? '' : ', not required';
      lines.push(`  ${bad === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(48)} ${passed} passed, ${bad} failed${note}`);
    }
    if (gap.length > 0) lines.push(`  the extension that is not served: ${gap.join(', ')}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
  return failures;
}
