/**
 * The program that analyses the patterns of a connector's schemas, in a build sandbox: the patterns are untrusted, and
 * both parser and analysis are exposed to them.
 */

import { onTask } from '@patchbay/sandbox-protocol/task-link';
import { z } from 'zod';
import { decidePattern } from './patterns/decide-pattern.ts';

const inputSchema = z.object({ patterns: z.array(z.string()) });

/** Stops at the first that is not linear: one is enough to refuse. */
onTask(async (input) => {
  const { patterns } = inputSchema.parse(input);
  for (const [index, pattern] of patterns.entries()) {
    const ruling = decidePattern(pattern);
    if (ruling.kind !== 'linear') return { result: { index, ...ruling } };
  }
  return { result: { index: null } };
});
