import { setTimeout as delay } from 'node:timers/promises';
import { ApiProblem, type Finding, type Version, type VersionLogLine, type VersionStep } from '@patchbay/api-client';
import type { Session } from './session.ts';

export interface VersionListener {
  step(step: VersionStep): void;
  log(line: VersionLogLine): void;
  finding(finding: Finding): void;
}

const RETRIES_MAX = 20;
const RETRY_MS = 500;

/**
 * Follows a deploy to its end. When the stream breaks (a gateway restarts) it reconnects; events are not reported
 * twice, although the stream starts from the beginning.
 *
 * @returns the version when its deploy has ended
 */
export async function watchVersion(
  session: Session,
  version: Version,
  options: { signal: AbortSignal; on: VersionListener },
): Promise<Version> {
  const printed = new Printed(options.on);
  const { organization, client } = session;
  const path = `/api/v1/organizations/${organization}/connectors/${version.connectorSlug}/versions/${version.number}`;
  for (let failures = 0; ; ) {
    try {
      for await (const { event, data } of client.events(`${path}/events`, { signal: options.signal })) {
        failures = 0;
        // The event's name determines which of the four shapes the data has: watchVersion in the API's document.
        if (event === 'step') printed.step(data as VersionStep /* by its name */);
        else if (event === 'log') printed.log(data as VersionLogLine /* by its name */);
        else if (event === 'finding') printed.finding(data as Finding /* by its name */);
        else if (event === 'done') return data as Version; // by its name
      }
    } catch (error) {
      if (options.signal.aborted || (error instanceof ApiProblem && error.status < 500)) throw error;
      failures += 1;
      if (failures > RETRIES_MAX) throw error;
    }
    await delay(RETRY_MS, undefined, { signal: options.signal });
  }
}

class Printed implements VersionListener {
  readonly #seen = new Set<string>();
  readonly #on: VersionListener;

  constructor(on: VersionListener) {
    this.#on = on;
  }

  step(step: VersionStep): void {
    if (this.#isNew(`step ${step.name} ${step.state} ${step.startedAt}`)) this.#on.step(step);
  }

  log(line: VersionLogLine): void {
    if (this.#isNew(`log ${line.sequence}`)) this.#on.log(line);
  }

  finding(finding: Finding): void {
    if (this.#isNew(`finding ${finding.id}`)) this.#on.finding(finding);
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
