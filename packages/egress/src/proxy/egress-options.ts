import type { EgressRule } from '@patchbay/sandbox-protocol';
import type { ResolveOptions } from '../addresses/resolve-destination.ts';
import type { SandboxCalls } from '../credentials/sandbox-calls.ts';
import type { EgressLimits } from '../egress-limits.ts';

export interface EgressProxyOptions extends ResolveOptions {
  /** The rules that hold now, from the key's manifest. */
  rules(): readonly EgressRule[];
  /** A refusal, for the author's log. */
  onRefusal(text: string): void;
  /** Time a request spent outside, for the timings of the invocation. */
  onSpent?(milliseconds: number): void;
  /** Certificate authorities beside the system's; tests bring their own. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  /** The calls of this sandbox, with their effects and credentials; null for a build, which is no call. */
  readonly calls: SandboxCalls | null;
  /** Other bounds than the defaults, for tests that cannot wait minutes. */
  readonly limits?: Partial<EgressLimits>;
}
