import type { SupervisorReport } from '@patchbay/sandbox/client';
import type { Condition } from './health.ts';

/** Long enough to issue certificates anew and to restart one machine after the other. */
const CERTIFICATE_NOTICE_MS = 30 * 24 * 60 * 60_000;

/** How calls are off: away when no host takes any, degraded when one of several does not or will not for long. */
export function supervisorsCondition(reports: readonly SupervisorReport[], now: Date): Condition {
  const problems = reports.flatMap((report) =>
    [...problemsOf(report), ...noticesOf(report, now)].map((problem) => `${report.hostId}: ${problem}`),
  );
  const runs = reports.some(({ state }) => state === 'serving');
  if (!runs) throw new Error(`no host runs connectors: ${problems.join('; ') || 'no supervisor is known'}`);
  return { reasons: problems, facts: { hosts: reports.map(factsOf) } };
}

function problemsOf({ state, reason, health }: SupervisorReport): readonly string[] {
  if (state === 'leaving') return ['it ends'];
  if (health === null) return [reason ?? state];
  const { walls, limits } = health;
  const missing = walls.state === 'complete' ? [] : [`walls ${walls.state}: ${walls.missing.join(', ')}`];
  const reduced = limits.state === 'full' ? [] : limits.reasons.map((text) => `limits ${limits.state}: ${text}`);
  return [...missing, ...reduced];
}

function noticesOf({ certificatesEnd }: SupervisorReport, now: Date): readonly string[] {
  if (certificatesEnd === null || certificatesEnd.getTime() - now.getTime() > CERTIFICATE_NOTICE_MS) return [];
  return [`a certificate, its own or this gateway's, runs out on ${certificatesEnd.toISOString().slice(0, 10)}`];
}

function factsOf({ hostId, address, state, inFlight, version, health }: SupervisorReport) {
  if (health === null) return { hostId, address, state, inFlight };
  const { ready: _ready, walls, limits, ...facts } = health;
  return { hostId, address, state, inFlight, version, walls: walls.state, limits: limits.state, ...facts };
}
