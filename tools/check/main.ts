/**
 * `npm run check`: every convention of this repository, one line each. Names given as arguments run only those rules:
 * `npm run check -- imports no-cycles`.
 */

import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Finding } from './rule.ts';
import { formatFinding, type Rule } from './rule.ts';
import { castsHaveReasons } from './rules/casts-have-reasons.ts';
import { cursorsHaveBounds } from './rules/cursors-have-bounds.ts';
import { documentedPaths } from './rules/documented-paths.ts';
import { documentsReachable } from './rules/documents-reachable.ts';
import { endpointsAudited } from './rules/endpoints-audited.ts';
import { envOnlyInConfig } from './rules/env-only-in-config.ts';
import { errorsDocumented, loadErrorCodes } from './rules/errors-documented.ts';
import { errorsTested } from './rules/errors-tested.ts';
import { fileNames } from './rules/file-names.ts';
import { fileSize } from './rules/file-size.ts';
import { folderCycles } from './rules/folder-cycles.ts';
import { imports } from './rules/imports.ts';
import { licences } from './rules/licences.ts';
import { metricNames } from './rules/metric-names.ts';
import { migrationsSafe } from './rules/migrations-safe.ts';
import { loadCommandLine, namedCommands } from './rules/named-commands.ts';
import { namedPages } from './rules/named-pages.ts';
import { noCycles } from './rules/no-cycles.ts';
import { noLiteralSpreads } from './rules/no-literal-spreads.ts';
import { noMachinePaths } from './rules/no-machine-paths.ts';
import { noNestedTransactions } from './rules/no-nested-transactions.ts';
import { noRawNetwork } from './rules/no-raw-network.ts';
import { oneHome } from './rules/one-home.ts';
import { packageReadmes } from './rules/package-readmes.ts';
import { plainWords } from './rules/plain-words.ts';
import { sqlIsParameterized } from './rules/sql-is-parameterized.ts';
import { SourceTree } from './source-tree.ts';

const UNTESTED = {
  'cli.node_too_old': 'the tests run on a Node that is new enough',
  'deploy.build_exhausted': 'a build has two minutes and a gibibyte before it is stopped',
  'deploy.build_failed': 'for unknown failures of the build program',
  'deploy.lost_lease': 'ends the work of one worker inside; no caller gets it',
  'mcp.client_silent': 'a client has minutes to answer',
  'start.postgres_unsupported': 'the tests run where there is a PostgreSQL',
};

const RULES: readonly Rule[] = [
  toolRule('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']),
  toolRule('types-dashboard', 'tsc', ['--noEmit', '-p', 'apps/dashboard/tsconfig.json']),
  toolRule('types-ui', 'tsc', ['--noEmit', '-p', 'tsconfig.ui.json']),
  toolRule('biome', 'biome', ['check', '--max-diagnostics=50', '.']),
  toolRule('knip', 'knip', ['--no-progress']),
  imports,
  noCycles,
  folderCycles,
  noRawNetwork,
  envOnlyInConfig,
  castsHaveReasons,
  sqlIsParameterized,
  noNestedTransactions,
  oneHome,
  cursorsHaveBounds,
  fileSize,
  fileNames,
  errorsDocumented(loadErrorCodes),
  errorsTested(loadErrorCodes, UNTESTED),
  documentedPaths,
  documentsReachable,
  packageReadmes,
  toolRule('reference', 'node', ['scripts/reference/main.ts', '--check']),
  namedPages,
  namedCommands(loadCommandLine),
  endpointsAudited,
  metricNames,
  migrationsSafe,
  licences(),
  noLiteralSpreads,
  noMachinePaths,
  plainWords,
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !RULES.some((rule) => rule.name === name));
if (unknown.length > 0) {
  console.error(`No such rule: ${unknown.join(', ')}. There are: ${RULES.map((rule) => rule.name).join(', ')}`);
  process.exit(2);
}

const tree = SourceTree.load(path.resolve(import.meta.dirname, '../..'));
let failed = 0;
for (const rule of RULES.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const started = performance.now();
  const findings = await rule.find(tree);
  const milliseconds = `${Math.round(performance.now() - started)} ms`;
  if (findings.length === 0) {
    console.log(`ok    ${rule.name} (${milliseconds})`);
    continue;
  }
  failed += 1;
  console.log(`FAIL  ${rule.name}: ${findings.length} (${milliseconds})`);
  for (const finding of findings) console.log(formatFinding(finding));
}
console.log(failed === 0 ? 'Everything is in order.' : `${failed} of the checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

/** A check by an external program: it passes when the program ends with 0. Its output becomes the finding. */
function toolRule(name: string, program: string, args: readonly string[]): Rule {
  return {
    name,
    async find(tree): Promise<readonly Finding[]> {
      const executable = path.join(tree.root, 'node_modules/.bin', program);
      const { code, output } = await run(executable, args, tree.root);
      if (code === 0) return [];
      const lines = output.trim().split('\n');
      return [{ file: program, message: `ended with ${code}\n${lines.map((line) => `    ${line}`).join('\n')}` }];
    },
  };
}

function run(
  executable: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? signal ?? 'no code', output: Buffer.concat(chunks).toString() }),
    );
  });
}
