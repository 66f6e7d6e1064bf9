import { SANDBOX_LIMITS } from '@patchbay/foundation/limits';

/** Limits of the connections that one sandbox opens to the outside. */
export const EGRESS_LIMITS = {
  connections: SANDBOX_LIMITS.egressConnections.value,
  databases: SANDBOX_LIMITS.egressDatabases.value,
  headerBytes: SANDBOX_LIMITS.egressHeaders.value,
  requestBytes: SANDBOX_LIMITS.egressRequest.value,
  responseBytes: SANDBOX_LIMITS.egressResponse.value,
  connectMs: SANDBOX_LIMITS.egressConnect.value,
  idleMs: SANDBOX_LIMITS.egressIdle.value,
  totalMs: SANDBOX_LIMITS.egressTotal.value,
} as const;

export type EgressLimits = { readonly [name in keyof typeof EGRESS_LIMITS]: number };
