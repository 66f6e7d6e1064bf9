import { execFile } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ALPHA = path.join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const STABLE = path.join(ROOT, 'node_modules/conformance-stable/dist/index.js');
/** Time of one suite: its scenarios give up after 30 s each. */
const SUITE_MS_MAX = 10 * 60_000;

/** One run of the official suite. */
export interface Suite {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

export const SUITES: readonly Suite[] = [
  { name: '0.2.0-alpha.12, 2026-07-28', program: ALPHA, args: ['--requirements', '2026-07-28'] },
  { name: '0.2.0-alpha.12, 2025-11-25', program: ALPHA, args: ['--requirements', '2025-11-25'] },
  { name: '0.1.16, active', program: STABLE, args: ['--suite', 'active'] },
];

export interface Scenario {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** False for scenarios a revision does not require (extensions, later additions). */
  readonly isRequired: boolean;
  /** Scenarios of the extension that is not served here: tasks. */
  readonly isGap: boolean;
}

export interface SuiteReport {
  readonly scenarios: readonly Scenario[];
  /** The complete output of the suite, for its readers. */
  readonly output: string;
}

/** Runs one suite against a server. @throws when it prints no summary, which is a failure of its own */
export async function runSuite(suite: Suite, url: string): Promise<SuiteReport> {
  const output = await new Promise<string>((resolve) => {
    const options = { timeout: SUITE_MS_MAX, maxBuffer: 64 * 1024 * 1024, cwd: ROOT };
    // Its exit code agrees with its detailed summary.
    execFile(
      process.execPath,
      [suite.program, 'server', '--url', url, ...suite.args],
      options,
      (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`),
    );
  });
  const scenarios = readScenarios(output);
  if (scenarios.length === 0) throw new Error(`${suite.name} printed no summary:\n${output.slice(-4_000)}`);
  return { scenarios, output };
}

const SUMMARY_LINE = /^[✓✗] ([a-z0-9-]+): (\d+) passed, (\d+) failed/gmu;
const UNSCORED_LINE = /^ {2}[✓✗] ([a-z0-9-]+) \(/gmu;

/** The summary at the end of a suite's output. */
export function readScenarios(output: string): Scenario[] {
  const unscored = new Set([...output.matchAll(UNSCORED_LINE)].map((match) => match[1]));
  return [...output.matchAll(SUMMARY_LINE)].map(([, name = '', passed, failed]) => ({
    name,
    passed: Number(passed),
    failed: Number(failed),
    isRequired: !unscored.has(name),
    isGap: unscored.has(name) && name.startsWith('tasks-'),
  }));
}
