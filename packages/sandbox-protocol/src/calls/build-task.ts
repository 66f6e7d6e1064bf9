import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../payloads/json.ts';
import { egressRuleSchema } from '../provisions/egress-rule.ts';

export const buildTaskHeaderSchema = z.strictObject({
  id: z.string().min(1).max(64),
  organizationId: z.string().min(1).max(64),
  /** Which of our bundled programs runs in the build sandbox; `snapshot` takes that of an artifact. */
  program: z.enum(['build', 'check-patterns', 'snapshot']),
  input: z.custom<JsonObject>(isJsonObject, 'must be a JSON object'),
  deadlineMs: z.number().positive().max(300_000),
  egress: z.array(egressRuleSchema).max(16),
});

/** One run of a build program in a throw-away sandbox. `files` is a tar of the source, or the artifact. */
export type BuildTask = Readonly<z.infer<typeof buildTaskHeaderSchema>> & { readonly files: Uint8Array };

export interface TaskOutcome {
  readonly result: JsonObject;
  readonly files?: Uint8Array;
  readonly usage: { readonly wallMs: number; readonly peakMemoryBytes?: number };
}
