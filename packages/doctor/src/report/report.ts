import { CLIENT_IDS, type ClientId, type Found, type Rule, ruleOf } from '../rules/index.ts';
import { STEPS, type StepId, type Way } from '../steps/step.ts';
import type { StepResult } from '../steps/step-log.ts';
import { LEGACY, MODERN, type Revision } from '../wire/rpc.ts';

/** A finding with its rule, and the step in which it came up. */
export interface Finding extends Found, Pick<Rule, 'severity' | 'means' | 'fix' | 'source' | 'clients'> {
  readonly step: StepId;
  readonly way: Way | null;
  readonly revision: Revision | null;
}

export type CellState = 'connects' | 'connects_with_warnings' | 'fails' | 'not_offered' | 'not_tried' | 'not_reached';

/** One client that becomes known in one way and speaks one revision. */
export interface Cell {
  readonly way: Way;
  readonly revision: Revision;
  readonly client: ClientId;
  readonly state: CellState;
  /** The first that this client meets; null where there is none. */
  readonly finding: Finding | null;
  readonly because: string | null;
}

export interface Report {
  readonly url: string;
  /** The first failing step: the one to mend. Where nothing fails, the first warning. */
  readonly first: Finding | null;
  /** Whether everything that was tried works: no failure. */
  readonly ok: boolean;
  readonly steps: readonly StepResult[];
  readonly findings: readonly Finding[];
  readonly matrix: readonly Cell[];
  /** Findings that keep a connector out of Claude's directory, although clients connect. */
  readonly directory: readonly Finding[];
  /** Requests by host. */
  readonly requests: Readonly<Record<string, number>>;
}

const REVISIONS: readonly Revision[] = [MODERN, LEGACY];

/** The steps as a report: findings in their order, and the matrix. Pure. */
export function createReport({ url, steps, requests }: Pick<Report, 'url' | 'steps' | 'requests'>): Report {
  const all = steps.flatMap((step) => step.findings.map((one) => findingOf(one, step)));
  const findings = all.filter(({ step }) => step !== 'directory');
  const of = (severity: Rule['severity']) => findings.find((finding) => finding.severity === severity);
  return {
    url,
    first: of('fail') ?? of('warn') ?? null,
    ok: of('fail') === undefined && steps.some(({ step, state }) => step === 'reach' && state !== 'not_tried'),
    steps,
    findings,
    matrix: matrixOf(steps, findings),
    directory: all.filter(({ step }) => step === 'directory'),
    requests,
  };
}

function findingOf(found: Found, { step, way, revision }: StepResult): Finding {
  const { severity, means, fix, source, clients } = ruleOf(found.rule);
  return { ...found, severity, means, fix, source, clients, step, way, revision };
}

function matrixOf(steps: readonly StepResult[], findings: readonly Finding[]): Cell[] {
  const tried = [...new Set(steps.flatMap(({ way }) => way ?? []))];
  // Where it ended before any way was tried, the two of Claude show by what.
  const ways: readonly Way[] = tried.length > 0 ? tried : ['cimd', 'dcr'];
  return ways.flatMap((way) =>
    REVISIONS.flatMap((revision) => CLIENT_IDS.map((client) => cellOf(steps, findings, { way, revision, client }))),
  );
}

function cellOf(
  steps: readonly StepResult[],
  findings: readonly Finding[],
  at: Pick<Cell, 'way' | 'revision' | 'client'>,
): Cell {
  const belongs = ({ way, revision }: Pick<StepResult, 'way' | 'revision'>) =>
    (way === null || way === at.way) && (revision === null || revision === at.revision);
  const own = findings.filter((finding) => belongs(finding) && finding.clients.includes(at.client));
  const failure = own.find(({ severity }) => severity === 'fail');
  if (failure) return { ...at, state: 'fails', finding: failure, because: null };
  const path = steps.filter((step) => belongs(step) && step.step !== 'cors' && step.step !== 'directory');
  const open = path.find(({ state }) => state === 'not_offered' || state === 'not_tried');
  const warning = own.find(({ severity }) => severity === 'warn') ?? null;
  if (path.some(({ step, findings: [one] }) => step === 'discover' && one?.rule === 'discover.legacy-only')) {
    return { ...at, state: 'not_offered', finding: null, because: 'the server does not speak this revision' };
  }
  const isDone = path.some(({ step }) => step === 'call');
  if (isDone) return { ...at, state: warning ? 'connects_with_warnings' : 'connects', finding: warning, because: null };
  if (open)
    return {
      ...at,
      state: open.state === 'not_offered' ? 'not_offered' : 'not_tried',
      finding: warning,
      because: open.because,
    };
  const stop = path.findLast(({ state }) => state === 'failed');
  const because = stop === undefined ? null : `the sequence ended at: ${STEPS[stop.step]}`;
  return { ...at, state: 'not_reached', finding: warning, because };
}
