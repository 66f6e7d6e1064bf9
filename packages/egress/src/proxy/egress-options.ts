import type { EgressRule } from '@patchbay/sandbox-protocol';
import type { ResolveOptions } from '../addresses/resolve-destination.ts';
import type { CredentialReferences } from '../credentials/credentials.ts';
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
  /** Credentials of this sandbox; without any, no credential is ever sent. */
  readonly credentials?: CredentialReferences;
  /** Other bounds than the defaults, for tests that cannot wait minutes. */
  readonly limits?: Partial<EgressLimits>;
}
