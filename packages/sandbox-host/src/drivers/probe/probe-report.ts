import type { IsolationLayer } from '@patchbay/probe';
import type { ProbeReport } from '../driver.ts';
import type { ProbedAttempt } from './run-attempts.ts';

/** Layers that bound what a sandbox uses. Without one of them connectors still cannot leave it. */
const LIMIT_LAYERS: ReadonlySet<IsolationLayer> = new Set(['cgroups', 'usage watch', 'rlimits']);

export interface ProbeFindings {
  readonly attempts: readonly ProbedAttempt[];
  /** Why the host's limits are weaker than they could be. */
  readonly reducedBy: readonly string[];
  /** Layers that a test switched off. */
  readonly without: ReadonlySet<IsolationLayer>;
}

/** Isolation is complete when no attempt got through and no layer is off; limits are full when nothing weakens them. */
export function probeReport({ attempts, reducedBy, without }: ProbeFindings): ProbeReport {
  const switchedOff = (isLimit: boolean) =>
    [...without].filter((layer) => LIMIT_LAYERS.has(layer) === isLimit).map((layer) => `${layer} (switched off)`);
  const open = attempts.filter(({ outcome }) => outcome === 'got through');
  const missing = [...switchedOff(false), ...open.map(({ name, got }) => `${name} (${got})`)];
  const reasons = [...reducedBy, ...switchedOff(true)];
  return {
    isolation: { state: missing.length === 0 ? 'complete' : 'missing', missing },
    limits: { state: reasons.length === 0 ? 'full' : 'reduced', reasons },
  };
}
