import type { ClientPlan } from './load-process.ts';

/** One way to serve the echo. */
export interface Configuration {
  readonly name: string;
  /** What it counts as when the fastest of several stands for all: ours, the SDK's own servers, one proxy, the ceiling, a bare hop. */
  readonly family:
    | 'patchbay'
    | 'sdk'
    | 'mcp-proxy'
    | 'supergateway stateless'
    | 'supergateway stateful'
    | 'ceiling'
    | 'bare';
  readonly client: ClientPlan;
  /** Every process of it, whose CPU time its calls cost together with what they start. */
  pids(): readonly number[];
  stop(): Promise<void>;
}
