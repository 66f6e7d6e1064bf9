import { storable } from '@patchbay/foundation';
import { z } from 'zod';

/** The steps of a call whose durations are kept, in the order they run. */
export const CALL_STEPS = [
  'edge',
  'route',
  'auth',
  'decode',
  'policy',
  'limits',
  'credential',
  'intent',
  'queue',
  'sandbox',
  'egress',
] as const;
export type CallStep = (typeof CALL_STEPS)[number];

/** Outcomes of calls. `unknown`: it could write, was sent to its connector, and its end is not known. */
export const USAGE_OUTCOMES = ['complete', 'input_required', 'tool_error', 'error', 'unknown', 'refused'] as const;

/**
 * A client's name is cut, and text that PostgreSQL cannot store is escaped, rather than the event lost. Escaped once
 * more after the cut, which may have halved a surrogate pair.
 */
const text = (max: number) => z.string().transform((value) => storable(storable(value).slice(0, max)));

/**
 * The format of a line. A release that changes what a line means raises it and reads the earlier ones too; a line of a
 * later release is kept for that release.
 */
export const USAGE_FORMAT = 1;

/** Read back from the spool's files, which a crash may have cut: an incomplete line is no event. */
export const UsageEventSchema = z.object({
  /** Absent in lines of releases that had one format only. */
  format: z.literal(USAGE_FORMAT).default(USAGE_FORMAT),
  id: text(64),
  organizationId: z.string().regex(/^org_[0-9a-z]+$/),
  connectorId: text(64),
  versionId: text(64),
  at: z.iso.datetime(),
  method: text(128),
  name: text(512).nullable(),
  principal: z.object({ kind: z.enum(['person', 'service_account', 'anonymous']), id: text(128).nullable() }),
  client: z.object({ name: text(256), version: text(128) }).nullable(),
  requestId: text(128),
  outcome: z.enum(USAGE_OUTCOMES),
  errorCode: text(128).nullable(),
  cold: z.boolean(),
  stepsMs: z.partialRecord(z.enum(CALL_STEPS), z.number()),
  totalMs: z.number(),
});

/** How JSON spells what PostgreSQL cannot store; a backslash of the text itself before it only costs a second look. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/;

/** The event as one line of a file and one element of what is sent to the database. */
export function usageEventText(event: UsageEvent): string {
  const line = { format: USAGE_FORMAT, ...event };
  const text = JSON.stringify(line);
  if (!UNSTORABLE.test(text)) return text;
  return JSON.stringify(storable(line));
}

/** One call. Holds no argument, result, token or address. */
export interface UsageEvent {
  /** `use_…`, made by the gateway: shipping the same event twice stores it once. */
  readonly id: string;
  readonly organizationId: string;
  readonly connectorId: string;
  readonly versionId: string;
  /** When the answer was ready, ISO 8601 in UTC. */
  readonly at: string;
  readonly method: string;
  /** Tool, prompt or resource template name; null for methods without one. */
  readonly name: string | null;
  readonly principal: { readonly kind: 'person' | 'service_account' | 'anonymous'; readonly id: string | null };
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly requestId: string;
  readonly outcome: (typeof USAGE_OUTCOMES)[number];
  /** Catalogue code of a refusal or failure. */
  readonly errorCode: string | null;
  readonly cold: boolean;
  /** Milliseconds per step; absent steps did not run. */
  readonly stepsMs: Readonly<Partial<Record<CallStep, number>>>;
  readonly totalMs: number;
}
