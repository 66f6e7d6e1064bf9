/** The parts of a version, as the API shows them. */
import { z } from 'zod';
import { ActionState, Actor, HoldReason, Instant, LogLevel } from './parts.ts';

/** `active` and `held` are derived: a published version that is live, or whose activation waits for a gate. */
export const VersionState = z
  .enum([
    'received',
    'resolving',
    'building',
    'probing',
    'scanning',
    'storing',
    'published',
    'held',
    'active',
    'failed',
    'rejected',
  ])
  .meta({ id: 'VersionState' });

export const VersionStep = z
  .object({
    name: z.string().meta({ description: 'receive, resolve, build, probe, scan, store, publish or activate.' }),
    state: z.enum(['running', 'done', 'failed']),
    startedAt: Instant,
    finishedAt: Instant.nullable(),
    durationMs: z.number().int().nullable(),
  })
  .meta({ id: 'VersionStep' });

export const Failure = z
  .object({
    code: z.string(),
    title: z.string(),
    detail: z.string(),
    hint: z.string(),
    step: z.string().nullable(),
    data: z.record(z.string(), z.unknown()).nullable(),
    type: z.url().meta({ description: 'The page about this code.' }),
  })
  .meta({ id: 'Failure' });

export const VersionSummary = z
  .object({
    id: z.string(),
    connectorId: z.string(),
    connectorSlug: z.string(),
    number: z.number().int(),
    state: VersionState,
    final: z.boolean().meta({ description: 'Whether the deploy has ended, one way or the other.' }),
    reasons: z
      .array(HoldReason)
      .meta({ description: 'Why it waits: its activation is held, or its deploy waits for the platform.' }),
    url: z.url().meta({ description: 'The connector’s hosted MCP URL.' }),
    previewUrl: z.url().meta({ description: 'This version alone, for owners, admins and developers.' }),
    sourceDigest: z.string(),
    artifactDigest: z.string().nullable(),
    typecheck: z.boolean(),
    activate: z.boolean().meta({ description: 'Whether it goes live by itself once published.' }),
    failure: Failure.nullable(),
    createdBy: Actor,
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    actions: z.object({ activate: ActionState, rollBackTo: ActionState }),
  })
  .meta({ id: 'VersionSummary' });

export const Version = VersionSummary.extend({
  steps: z.array(VersionStep),
  findings: z.object({ error: z.number().int(), warning: z.number().int(), info: z.number().int() }),
}).meta({ id: 'Version' });

export const VersionLogLine = z
  .object({
    sequence: z.number().int(),
    at: Instant,
    step: z.string(),
    level: LogLevel,
    text: z.string(),
  })
  .meta({ id: 'VersionLogLine' });

export const Finding = z
  .object({
    id: z.string(),
    severity: z.enum(['error', 'warning', 'info']),
    rule: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    subject: z.string().nullable().meta({ description: 'The tool, prompt, resource or file it is about.' }),
  })
  .meta({ id: 'Finding' });
