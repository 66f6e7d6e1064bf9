/** The program of the self-test, run inside a sandbox: makes the attempts and reports what each got. Judged outside. */

import type { JsonObject } from '@patchbay/sandbox-protocol/inside';
import { onTask } from '@patchbay/sandbox-protocol/task-link';
import { ESCAPE_ATTEMPTS } from './attempts/index.ts';
import { BOMBS } from './bombs.ts';
import { type AttemptGiven, runAttempt } from './escape-attempt.ts';

onTask(async (input) => {
  if (typeof input.bomb === 'string') {
    const bomb = BOMBS.find(({ name }) => name === input.bomb);
    if (!bomb) throw new Error(`no bomb ${input.bomb}`);
    const got = await runAttempt({ name: bomb.name, attempt: bomb.explode, held: bomb.held }, givenIn({}));
    const result: JsonObject = { ...got };
    return { result };
  }
  const given = givenIn(input);
  const results: JsonObject[] = [];
  for (const attempt of ESCAPE_ATTEMPTS) {
    if (!attempt.skip) results.push({ ...(await runAttempt(attempt, given)) });
  }
  const result: JsonObject = { results };
  return { result };
});

/** The host is the only peer of this program. */
function givenIn(input: JsonObject): AttemptGiven {
  return {
    hostPid: Number(input.hostPid ?? 0),
    hostPort: Number(input.hostPort ?? 0),
    abstractSocket: String(input.abstractSocket ?? ''),
    otherFile: String(input.otherFile ?? ''),
  };
}
