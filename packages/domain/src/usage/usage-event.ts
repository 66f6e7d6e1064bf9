/** The steps of a call whose durations are kept, in the order they run. */
export const CALL_STEPS = [
  'edge',
  'route',
  'auth',
  'decode',
  'policy',
  'limits',
  'credential',
  'queue',
  'sandbox',
  'egress',
] as const;
export type CallStep = (typeof CALL_STEPS)[number];

/** One call. Holds no argument, result, token or address. */
export interface UsageEvent {
  /** `use_…`, made by the gateway: shipping the same event twice stores it once. */
  readonly id: string;
  readonly organizationId: string;
  readonly connectorId: string;
  readonly versionId: string;
  /** When the answer was ready, ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** Tool, prompt or resource template name; null for methods without one. */
  readonly name: string | null;
  readonly principal: { readonly kind: 'person' | 'service_account' | 'anonymous'; readonly id: string | null };
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly requestId: string;
  readonly outcome: 'complete' | 'input_required' | 'tool_error' | 'error' | 'refused';
  /** Catalogue code of a refusal or failure. */
  readonly errorCode: string | null;
  readonly cold: boolean;
  /** Milliseconds per step; absent steps did not run. */
  readonly stepsMs: Readonly<Partial<Record<CallStep, number>>>;
  readonly totalMs: number;
}
