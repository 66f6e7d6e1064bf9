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
interface Sent {
  readonly steps: Map<string, string>;
  readonly findings: Set<string>;
  sequence: bigint;
}

/** The version is read first: what was written before it ended is then certainly among the rest. */
async function look(tx: Tx, call: VersionCall, deps: AdminDeps, sent: Sent) {
  const shown = await readVersion(tx, call, deps);
  const { id } = await versionOf(tx, call);
  const events: ServerEvent[] = [];
  for (const step of await listSteps(tx, id)) {
    const mark = `${step.state} ${step.attempt}`;
    if (sent.steps.get(step.name) === mark) continue;
    sent.steps.set(step.name, mark);
    events.push({ event: 'step', data: presentStep(step) });
  }
  const lines = await listLog(tx, id, sent.sequence, LINES_MAX);
  for (const line of lines) {
    sent.sequence = line.sequence;
    events.push({ event: 'log', id: String(line.sequence), data: presentLogLine(line) });
  }
  for (const finding of await listFindings(tx, id)) {
    const mark = `${finding.rule} ${finding.subject} ${finding.message}`;
    if (sent.findings.has(mark)) continue;
    sent.findings.add(mark);
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
  const sent: Sent = { steps: new Map(), findings: new Set(), sequence: 0n };
  while (!signal.aborted) {
    const { events, ended } = await deps.database.withOrganization(scope, (tx) => look(tx, call, deps, sent));
    yield* events;
    if (ended) return;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
});
