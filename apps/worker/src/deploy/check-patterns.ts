import { AppError, newId } from '@patchbay/foundation';
import { z } from 'zod';
import type { DeployWork } from './deploy-work.ts';
import type { FoundPattern } from './manifest/check-schema.ts';

const DEADLINE_MS = 30_000;
const PATTERN_SHOWN = 200;

const answerSchema = z.union([
  z.object({ index: z.null() }),
  z.object({
    index: z.number().int().nonnegative(),
    kind: z.enum(['invalid', 'slow', 'undecided']),
    reason: z.string().max(2000),
  }),
]);

/**
 * Refuses patterns that can take more than linear time; a sandbox checks them, because they are untrusted. Most
 * connectors bring none beyond zod's own and start no sandbox.
 *
 * @throws AppError `deploy.schema_pattern_unsafe`, `deploy.schema_invalid`, with the path of the pattern
 */
export async function checkPatterns(work: DeployWork, found: readonly FoundPattern[]): Promise<void> {
  const patterns = [...new Set(found.map(({ pattern }) => pattern))];
  if (patterns.length === 0) return;
  const answer = await ask(work, patterns);
  if (answer.index === null) return;
  const { kind, reason } = answer;
  const pattern = patterns[answer.index];
  const place = found.find((one) => one.pattern === pattern)?.place ?? '';
  if (pattern === undefined || kind === 'invalid') {
    throw new AppError('deploy.schema_invalid', {
      detail: `${place} is not a regular expression: ${reason.slice(0, PATTERN_SHOWN)}.`,
      data: { place },
    });
  }
  const shown = pattern.slice(0, PATTERN_SHOWN);
  throw new AppError('deploy.schema_pattern_unsafe', {
    detail: `${place}: ${shown} is refused because ${reason}.`,
    data: { place, pattern: shown },
  });
}

async function ask(work: DeployWork, patterns: readonly string[]): Promise<z.output<typeof answerSchema>> {
  const { organizationId } = work.scope;
  const task = { id: newId('task'), organizationId, program: 'check-patterns' as const, deadlineMs: DEADLINE_MS };
  try {
    const { result } = await work.deps.sandboxes.runTask(
      { ...task, input: { patterns: [...patterns] }, files: new Uint8Array(), egress: [] },
      { signal: work.signal },
    );
    return answerSchema.parse(result);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== 'sandbox.task_timeout' && error.code !== 'sandbox.task_crashed') throw error;
    throw new AppError('deploy.schema_pattern_unsafe', {
      detail: `The ${patterns.length} patterns of the schemas could not be analysed within ${DEADLINE_MS / 1000} s.`,
      cause: error,
    });
  }
}
