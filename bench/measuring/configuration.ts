/** The requests of a client of one configuration. */
export interface ClientPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: object;
  /** Whether each connection opens a session first, as a client of 2025-11-25 does. */
  readonly session: boolean;
  /** Milliseconds after which a call counts as lost; half a minute by default. */
  readonly callMsMax?: number;
}

/** One way to serve the echo. */
export interface Configuration {
  readonly name: string;
  /**
   * The family that it represents when the fastest of several counts: ours, the SDK's own servers, one proxy, the
   * ceiling, a bare hop.
   */
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
