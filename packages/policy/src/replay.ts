import { decide, decideInFavour } from './decide.ts';
import { type Effect, type PolicyInput, type Ruling, strictness, type ToolPolicy } from './policy.ts';
import { type PreparedPolicies, preparePolicies } from './prepare.ts';

/** A call that happened, with the effect that it had. */
export interface RecordedCall {
  readonly requestId: string;
  readonly effect: Effect;
  readonly input: PolicyInput;
}

/** A recorded call that the draft would rule on in another way. */
export interface ChangedCall {
  readonly requestId: string;
  readonly input: PolicyInput;
  readonly before: Effect;
  readonly after: Ruling;
}

export interface ReplayReport {
  readonly calls: number;
  /** Calls that ran and would have been blocked, or held for an approval. */
  readonly blocked: number;
  readonly held: number;
  /** Calls that were blocked or held and would have run, or been held instead of blocked. */
  readonly loosened: number;
  /** Calls of which the record does not keep what the draft asks for. */
  readonly undecided: number;
  /** How many calls of each caller would have been blocked or held, most first. Null: anonymous callers. */
  readonly callers: readonly { readonly caller: string | null; readonly calls: number }[];
  /** The first of the changed calls. */
  readonly examples: readonly ChangedCall[];
  /** Policies of the draft that no recorded call matches. */
  readonly unmatched: readonly ToolPolicy[];
}

const EXAMPLES_MAX = 20;

/** Plays recorded calls against a draft of policies, one after the other, as many as there are. */
export class Replay {
  readonly #policies: PreparedPolicies;
  readonly #unmatched: Set<ToolPolicy>;
  readonly #stopped = new Map<string | null, number>();
  readonly #examples: ChangedCall[] = [];
  #counts = { calls: 0, blocked: 0, held: 0, loosened: 0, undecided: 0 };

  constructor(draft: readonly ToolPolicy[]) {
    this.#policies = preparePolicies(draft);
    this.#unmatched = new Set(draft);
  }

  add({ requestId, effect: before, input }: RecordedCall): void {
    this.#counts.calls += 1;
    this.#noteMatches(input);
    const after = decide(input, this.#policies);
    if (after.effect !== decideInFavour(input, this.#policies).effect) {
      this.#counts.undecided += 1;
      return;
    }
    const difference = strictness(after.effect, before);
    if (difference === 0) return;
    if (this.#examples.length < EXAMPLES_MAX) this.#examples.push({ requestId, input, before, after });
    if (difference < 0) {
      this.#counts.loosened += 1;
      return;
    }
    this.#counts[after.effect === 'blocked' ? 'blocked' : 'held'] += 1;
    this.#stopped.set(input.caller, (this.#stopped.get(input.caller) ?? 0) + 1);
  }

  report(): ReplayReport {
    const callers = [...this.#stopped]
      .map(([caller, calls]) => ({ caller, calls }))
      .sort((one, other) => other.calls - one.calls);
    return { ...this.#counts, callers, examples: [...this.#examples], unmatched: [...this.#unmatched] };
  }

  #noteMatches(input: PolicyInput): void {
    if (this.#unmatched.size === 0) return;
    for (const { policy, matches } of this.#policies) {
      if (this.#unmatched.has(policy) && matches(input) !== 'no') this.#unmatched.delete(policy);
    }
  }
}
