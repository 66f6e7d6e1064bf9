import { createHash } from 'node:crypto';
import type { SupervisorStatus } from '@patchbay/sandbox-protocol/wire';

/** The candidates of the choice: supervisors with a connection. */
export interface HostView {
  readonly hostId: string;
  readonly state: SupervisorStatus['state'];
  readonly takesTasks: boolean;
  /** Requests this process waits for there. */
  readonly inFlight: number;
}

/**
 * The host of an isolation key, by rendezvous hashing: of the hosts that serve, that with the highest hash of host and key.
 * Every gateway finds the same one without asking, so a connector stays where it is warm; a host that goes gives away
 * its own keys alone, and takes exactly these again when it comes back.
 */
export function chooseForKey<Host extends HostView>(hosts: readonly Host[], key: string): Host | null {
  const serving = hosts.filter((host) => host.state === 'serving');
  if (serving.length > 1) return highest(serving, (host) => weightOf(host.hostId, key));
  // A refusing host has a reason; that is a better answer than none. A leaving one counts as gone.
  return serving[0] ?? hosts.find((host) => host.state === 'refusing') ?? null;
}

/** The host of a build task: nothing of it stays warm, so the host with the least work. */
export function chooseForTask<Host extends HostView>(hosts: readonly Host[]): Host | null {
  const serving = hosts.filter((host) => host.state === 'serving' && host.takesTasks);
  if (serving.length > 0) return highest(serving, (host) => -host.inFlight);
  return hosts.find((host) => host.state === 'refusing') ?? null;
}

/** SHA-256 so that no choice of names makes a host attractive; the first six bytes are an exact number. */
function weightOf(hostId: string, key: string): number {
  return createHash('sha256').update(hostId).update('\0').update(key).digest().readUIntBE(0, 6);
}

function highest<Host>(hosts: readonly Host[], weigh: (host: Host) => number): Host | null {
  let best: Host | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const host of hosts) {
    const weight = weigh(host);
    if (weight <= most) continue;
    most = weight;
    best = host;
  }
  return best;
}
