import { type Condition, conditionOf, downFor } from '@patchbay/foundation/process';
import type { SupervisorReport } from '@patchbay/sandbox-client';
import { hostProblems } from '@patchbay/sandbox-protocol';

/** Long enough to issue new certificates and to restart one machine after the other. */
const CERTIFICATE_NOTICE_MS = 30 * 24 * 60 * 60_000;

/** Down when no host takes calls, degraded when one of several does not, is limited, or will not for long. */
export function supervisorsCondition(reports: readonly SupervisorReport[], now: Date): Condition {
  const hosts = reports.map((report) => ({ report, condition: hostCondition(report, now) }));
  const reasons = hosts.flatMap(({ report, condition }) =>
    condition.reasons.map((reason) => `${report.hostId}: ${reason}`),
  );
  const facts = { hosts: hosts.map(({ report, condition }) => factsOf(report, condition.state)) };
  if (reports.some(({ state }) => state === 'serving')) return conditionOf(reasons, facts);
  return downFor(reasons.length > 0 ? reasons : ['no supervisor is known'], facts);
}

function hostCondition(report: SupervisorReport, now: Date): Condition {
  const reasons = [...problemsOf(report), ...noticesOf(report, now)];
  return report.state === 'serving' ? conditionOf(reasons) : downFor(reasons);
}

function problemsOf({ state, reason, health }: SupervisorReport): readonly string[] {
  if (state === 'leaving') return ['it drains and ends'];
  if (health === null) return [reason ?? state];
  const { isolation, limits } = hostProblems(health);
  return [...isolation, ...limits];
}

function noticesOf({ certificatesEnd }: SupervisorReport, now: Date): readonly string[] {
  if (certificatesEnd === null || certificatesEnd.getTime() - now.getTime() > CERTIFICATE_NOTICE_MS) return [];
  return [`a certificate, its own or this gateway's, runs out on ${certificatesEnd.toISOString().slice(0, 10)}`];
}

function factsOf(report: SupervisorReport, state: Condition['state']) {
  const { hostId, address, inFlight, version, health } = report;
  if (health === null) return { hostId, address, state, inFlight };
  const { ready: _ready, walls: isolation, limits, ...facts } = health;
  return { hostId, address, state, inFlight, version, isolation: isolation.state, limits: limits.state, ...facts };
}
