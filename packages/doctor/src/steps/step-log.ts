import { type Found, type RuleId, ruleOf } from '../rules/index.ts';
import type { Redactor } from '../wire/redactor.ts';
import type { Revision } from '../wire/rpc.ts';
import { WireFailure } from '../wire/wire-failure.ts';
import type { Outcome, StepId, Way } from './step.ts';

export type StepState = 'passed' | 'warned' | 'failed' | 'not_offered' | 'not_tried' | 'not_reached';

/** Where a step belongs: to every client, or to one way of registration, and one revision. */
export interface At {
  readonly step: StepId;
  readonly way?: Way;
  readonly revision?: Revision;
}

export interface StepResult {
  readonly step: StepId;
  readonly way: Way | null;
  readonly revision: Revision | null;
  readonly state: StepState;
  /** Why it was not offered, tried or reached; else null. */
  readonly because: string | null;
  readonly findings: readonly Found[];
  readonly ms: number;
}

export interface StepLogOptions {
  readonly redactor: Redactor;
  readonly onStep?: ((at: At, result: StepResult | null) => void) | undefined;
}

/** Runs steps and keeps their results. Texts of servers are redacted here, before anything else sees it. */
export class StepLog {
  readonly results: StepResult[] = [];
  readonly #options: StepLogOptions;

  constructor(options: StepLogOptions) {
    this.#options = options;
  }

  /** @returns the value of the step; null where what follows cannot be reached */
  async run<T>(at: At, work: () => Promise<Outcome<T>>): Promise<T | null> {
    this.#options.onStep?.(at, null);
    const started = performance.now();
    const { findings, value, skipped } = await work().catch(stopped);
    const shown = findings.map(({ rule, received }) => ({ rule, received: this.#options.redactor.show(received) }));
    const state = stateOf(shown.map(({ rule }) => rule)) ?? skipped?.as ?? 'passed';
    const because = skipped === undefined ? null : this.#options.redactor.show(skipped.because);
    this.#add(at, { state, because, findings: shown, ms: Math.round(performance.now() - started) });
    return value;
  }

  skip(at: At, state: 'not_offered' | 'not_tried' | 'not_reached', because: string): void {
    this.#add(at, { state, because, findings: [], ms: 0 });
  }

  #add({ step, way, revision }: At, rest: Pick<StepResult, 'state' | 'because' | 'findings' | 'ms'>): void {
    const result: StepResult = { step, way: way ?? null, revision: revision ?? null, ...rest };
    this.results.push(result);
    this.#options.onStep?.({ step, ...(way && { way }), ...(revision && { revision }) }, result);
  }
}

function stateOf(rules: readonly RuleId[]): 'failed' | 'warned' | null {
  const severities = rules.map((rule) => ruleOf(rule).severity);
  if (severities.includes('fail')) return 'failed';
  return severities.includes('warn') ? 'warned' : null;
}

/** A step that could not be made is no finding about the server, unless the server did not answer. */
function stopped(error: unknown): Outcome<never> {
  if (!(error instanceof WireFailure) || error.kind === 'aborted') throw error;
  if (error.kind === 'host_not_allowed' || error.kind === 'budget') {
    return { findings: [], value: null, skipped: { as: 'not_tried', because: error.message } };
  }
  const rule: Found = {
    rule: error.kind === 'certificate' ? 'reach.certificate' : 'reach.unreachable',
    received: error.message,
  };
  return { findings: [rule], value: null };
}
