/** Follows a deploy from its rows, so that a stream opened late, or at another gateway, reports the same events. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tx } from '@patchbay/domain';
import { listFindings, listLog, listSteps } from '@patchbay/domain/versions';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { type AdminDeps, scopeOf } from '../definition/endpoint.ts';
import type { ServerEvent } from '../definition/event-stream.ts';
import { VersionParams } from './parts.ts';
import {
  presentFinding,
  presentLogLine,
  presentStep,
  readVersion,
  type VersionCall,
  versionOf,
} from './present-version.ts';
import { Finding, Version, VersionLogLine, VersionStep } from './version-parts.ts';

/** Between two looks at the rows. */
const LOOK_MS = 150;
const LINES_MAX = 500;

/** The part that the reader has received already. */
interface Told {
  readonly steps: Map<string, string>;
  readonly findings: Set<string>;
  sequence: bigint;
}

/** The version is read first: what was written before it ended is then certainly among the rest. */
async function look(tx: Tx, call: VersionCall, deps: AdminDeps, told: Told) {
  const shown = await readVersion(tx, call, deps);
  const { id } = await versionOf(tx, call);
  const events: ServerEvent[] = [];
  for (const step of await listSteps(tx, id)) {
    const mark = `${step.state} ${step.attempt}`;
    if (told.steps.get(step.name) === mark) continue;
    told.steps.set(step.name, mark);
    events.push({ event: 'step', data: presentStep(step) });
  }
  const lines = await listLog(tx, id, told.sequence, LINES_MAX);
  for (const line of lines) {
    told.sequence = line.sequence;
    events.push({ event: 'log', id: String(line.sequence), data: presentLogLine(line) });
  }
  for (const finding of await listFindings(tx, id)) {
    const mark = `${finding.rule} ${finding.subject} ${finding.message}`;
    if (told.findings.has(mark)) continue;
    told.findings.add(mark);
    events.push({ event: 'finding', data: presentFinding(finding) });
  }
  const ended = shown.final && lines.length < LINES_MAX;
  if (ended) events.push({ event: 'done', data: shown });
  return { events, ended };
}

export const watchVersion = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/versions/:number/events',
  summary: 'Follow a deploy: steps, log lines and findings from the start, then `done`',
  tag: 'Versions',
  permission: 'versions:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: VersionParams,
  events: { step: VersionStep, log: VersionLogLine, finding: Finding, done: Version },
}).stream(versionOf, async function* (call, deps, signal) {
  const scope = scopeOf(call);
  const told: Told = { steps: new Map(), findings: new Set(), sequence: 0n };
  while (!signal.aborted) {
    const { events, ended } = await deps.database.withOrganization(scope, (tx) => look(tx, call, deps, told));
    yield* events;
    if (ended) return;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
});
