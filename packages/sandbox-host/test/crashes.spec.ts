import type { AppError } from '@patchbay/foundation';
import { skipUnless, waitFor } from '@patchbay/testing';
import {
  type GivenHost,
  type GivenInvocation,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

describe('a connector that crashes', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost();
  });
  afterAll(() => given.close());

  const failureOf = (call: GivenInvocation): Promise<AppError> =>
    given.call(call).then(
      (outcome) => Promise.reject(new Error(`it answered ${JSON.stringify(outcome)}`)),
      (error: AppError) => error,
    );
  const platformLines = (connectorId: string) =>
    given.logs.filter(({ key, source }) => key.connectorId === connectorId && source === 'platform');

  it('pauses a connector after several crashes in a row, and names the time of the next attempt', async () => {
    const call = {
      code: toolRunning(`if (args.crash) process.exit(3); return 'ok'`),
      key: { connectorId: 'con_paused' },
    };
    // Pauses up to a second are sat out by the next call; the fourth crash earns two seconds.
    for (let crash = 1; crash <= 4; crash += 1) {
      const error = await failureOf({ ...call, args: { crash: true } });
      expect([error.code, error.sent]).toEqual(['sandbox.crashed', undefined]);
    }
    const paused = await failureOf(call);
    expect(paused).toMatchObject({
      code: 'sandbox.paused_after_crashes',
      spec: { status: 503 },
      sent: false,
      retryAfterSeconds: 2,
      data: { crashes: 4, last: { code: 'sandbox.crashed', cause: 'exit code 3' } },
    });
    expect(paused.detail).toBe(
      'The connector is paused after 4 crashes; the next try is in 2 s. Its last crash: The connector’s process ended: exit code 3.',
    );
    await waitFor(async () => textOf(await given.call(call).catch(() => given.call(call))) === 'ok', {
      deadlineMs: 8_000,
    });
  });

  it('gives calls that waited for a place in a crashed sandbox to the next one', async () => {
    const code = toolRunning(
      `if (args.crash) { await new Promise((next) => setTimeout(next, 300)); process.exit(1); } if (args.wait) await new Promise(() => {}); return 'ok'`,
    );
    const key = { connectorId: 'con_waiting' };
    await given.call({ code, key });
    const inside = Array.from({ length: 31 }, () => failureOf({ code, key, args: { wait: true } }));
    const crash = failureOf({ code, key, args: { crash: true } });
    const waiting = Array.from({ length: 3 }, () => given.call({ code, key }));
    expect((await Promise.all(waiting)).map(textOf)).toEqual(['ok', 'ok', 'ok']);
    for (const error of await Promise.all([crash, ...inside])) expect(error.code).toBe('sandbox.crashed');
  });

  it.each([
    ['an exit', `process.exit(3)`, /^sandbox\.crashed: The connector’s process ended: exit code 3\./],
    ['an abort', `process.abort()`, /^sandbox\.crashed: .*killed by SIG(ABRT|SEGV)/],
    [
      'an uncaught exception',
      `setTimeout(() => { throw new Error('läuft nicht') }, 1); await new Promise(() => {})`,
      /^sandbox\.crashed: .*Last lines: .*Error: läuft nicht/,
    ],
    [
      'memory',
      `const hoard = []; for (;;) hoard.push(new Array(100000).fill(Math.random()))`,
      /^sandbox\.out_of_memory: It has 160 MiB/,
    ],
    [
      'a frame that is too long',
      `require('node:fs').writeSync(3, Buffer.from([0x7f, 0xff, 0xff, 0xff, 19])); await new Promise(() => {})`,
      /^sandbox\.violation: A frame of 2147483647 bytes is longer than the 8388608 allowed\. The sandbox was stopped\.$/,
    ],
  ] as const)(
    'informs the connector’s author of %s: cause and last lines, at the request that it ended',
    async (what, body, line) => {
      const connectorId = `con_${what.replaceAll(' ', '_')}`;
      const invocation = given.invocation({ code: toolRunning(body), key: { connectorId } });
      await expect(given.client.invoke(invocation)).rejects.toThrow();
      await waitFor(() => platformLines(connectorId).length > 0);
      expect(platformLines(connectorId)).toMatchObject([
        { level: 'error', text: expect.stringMatching(line), requestId: invocation.context.requestId },
      ]);
    },
  );

  it('reports whether a call that ran out of time had reached its connector', async () => {
    const code = toolRunning(`await new Promise(() => {})`);
    const inside = Array.from({ length: 32 }, () =>
      failureOf({ code, key: { connectorId: 'con_late' }, deadlineMs: 1_500 }),
    );
    await waitFor(() => given.host.health().sandboxes.busy > 0);
    const waiting = await failureOf({ code, key: { connectorId: 'con_late' }, deadlineMs: 300 });
    expect([waiting.code, waiting.sent]).toEqual(['sandbox.deadline_exceeded', false]);
    for (const error of await Promise.all(inside)) {
      expect([error.code, error.sent]).toEqual(['sandbox.deadline_exceeded', undefined]);
    }
  });
});
