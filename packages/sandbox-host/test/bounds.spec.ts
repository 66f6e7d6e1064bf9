import { newId } from '@patchbay/foundation';
import { encodeJsonFrame, encodeMixedFrame, RUNNER_FRAMES } from '@patchbay/sandbox-protocol/wire';
import { skipUnless, waitFor } from '@patchbay/testing';
import {
  artifactOf,
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** Writes one frame on descriptor 3 past the runner, as hostile code can. */
const forge = (type: number, value: object) => `
  const payload = Buffer.from(JSON.stringify(${JSON.stringify(value)}));
  const head = Buffer.alloc(5); head.writeUInt32BE(payload.length, 0); head[4] = ${type};
  require('node:fs').writeSync(3, Buffer.concat([head, payload]));
  await new Promise(() => {});`;

/** An answer of the tool itself, past the runner; `id` is code. */
const forgeAnswer = (id: string, payload: string) => `
  const header = Buffer.from(JSON.stringify({ id: ${id} }));
  const payload = ${payload};
  const head = Buffer.alloc(9);
  head.writeUInt32BE(4 + header.length + payload.length, 0);
  head[4] = ${RUNNER_FRAMES.answer};
  head.writeUInt32BE(header.length, 5);
  require('node:fs').writeSync(3, Buffer.concat([head, header, payload]));
  await new Promise(() => {});`;

describe('the bounds of a sandbox', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost();
  });
  afterAll(() => given.close());

  it('answers a call that passes its deadline, and keeps the sandbox when it acknowledges', async () => {
    const code = toolRunning(
      `if (args.pid) return String(globalThis.seen ??= Math.random()); await new Promise(() => {})`,
    );
    const before = textOf(await given.call({ code, args: { pid: true } }));
    await expect(given.call({ code, deadlineMs: 200 })).rejects.toMatchObject({ code: 'sandbox.deadline_exceeded' });
    expect(textOf(await given.call({ code, args: { pid: true } }))).toBe(before);
  });

  it('stops a sandbox that hangs in a loop, and starts a new one for the next call', async () => {
    const code = toolRunning(
      `globalThis.seen ??= Math.random(); if (args.loop) for (;;); return String(globalThis.seen)`,
    );
    const before = textOf(await given.call({ code }));
    await expect(given.call({ code, args: { loop: true }, deadlineMs: 200 })).rejects.toMatchObject({
      code: 'sandbox.deadline_exceeded',
    });
    await waitFor(() => given.host.health().crashes > 0);
    expect(textOf(await given.call({ code }))).not.toBe(before);
  });

  it.each([
    ['a process that ends', 'process.exit(3)', 'sandbox.crashed'],
    ['a process that aborts', 'process.abort()', 'sandbox.crashed'],
    [
      'an exception in a timer',
      `setTimeout(() => { throw new Error('late') }, 1); await new Promise(() => {})`,
      'sandbox.crashed',
    ],
    [
      'a heap that is full',
      `const hoard = []; for (;;) hoard.push(new Array(100000).fill(Math.random()))`,
      'sandbox.out_of_memory',
    ],
    [
      'memory outside of the heap',
      `const hoard = []; for (;;) { hoard.push(Buffer.alloc(8 << 20, 1)); await new Promise((next) => setTimeout(next, 5)); }`,
      'sandbox.out_of_memory',
    ],
    ['an answer over the limit', `return 'x'.repeat(2 * 1024 * 1024)`, 'sandbox.result_too_large'],
  ])('a call fails with a code that names %s', async (_what, body, expected) => {
    await expect(given.call({ code: toolRunning(body) })).rejects.toMatchObject({ code: expected });
  });

  it.each([
    ['open files', `for (;;) fs.openSync('/node')`, 'EMFILE'],
    ['bytes of one file', `fs.ftruncateSync(fs.openSync('/tmp/large', 'w'), 1 << 26)`, 'EFBIG'],
    ['bytes in /tmp', `for (let i = 0; ; i++) fs.writeFileSync('/tmp/f' + i, Buffer.alloc(1 << 20))`, 'ENOSPC'],
    [
      'processes',
      `for (;;) await new Promise((next, fail) => require('child_process').spawn('/node', ['-e', 'setInterval(() => {}, 1e3)'], { stdio: 'ignore' }).on('spawn', next).on('error', fail))`,
      'EAGAIN',
    ],
  ])('a connector that uses too many %s gets an error that names which', async (what, body, reason) => {
    const code = toolRunning(`const fs = require('node:fs'); ${body}`);
    const outcome = await given.call({ code, key: { connectorId: `con_${what}` } });
    expect(outcome).toMatchObject({ result: { isError: true } });
    expect(textOf(outcome)).toContain(reason);
    await given.client.retire({ organizationId: 'org_1', connectorId: `con_${what}` });
  });

  it('counts the wait for a place into the time of a call', async () => {
    const code = toolRunning(`await new Promise((done) => setTimeout(done, 1_500)); return 'ok'`);
    await given.call({ code });
    const inside = Array.from({ length: 32 }, () => given.call({ code }));
    await expect(given.call({ code, deadlineMs: 300 })).rejects.toMatchObject({ code: 'sandbox.deadline_exceeded' });
    expect((await Promise.all(inside)).map(textOf)).toEqual(inside.map(() => 'ok'));
  });

  it.each([
    ['answers a call that is not its own', forgeAnswer("'ivk_other'", `Buffer.from('{"content":[]}')`)],
    ['answers without a header', forge(RUNNER_FRAMES.answer, { content: [] })],
    [
      'notifies for a call that is not its own',
      forge(RUNNER_FRAMES.notification, { id: 'ivk_other', method: 'x', params: {} }),
    ],
    ['logs for a call that is not its own', forge(RUNNER_FRAMES.log, { id: 'ivk_other', level: 'info', text: 'x' })],
    ['sends a type that does not exist', forge(99, {})],
    ['sends a pong without a ping', forge(RUNNER_FRAMES.pong, { n: 7 })],
    [
      'declares a frame of 2 GB',
      `require('node:fs').writeSync(3, Buffer.from([0x7f, 0xff, 0xff, 0xff, 19])); await new Promise(() => {})`,
    ],
  ])('kills a sandbox that %s', async (_what, body) => {
    await expect(given.call({ code: toolRunning(body) })).rejects.toMatchObject({ code: 'sandbox.violation' });
  });

  it.each([
    ['ends the envelope it is put into', `Buffer.from('{}},"id":7,"result":{"content":[]}')`],
    ['is two messages', `Buffer.from('{"content":[]}\\n{"jsonrpc":"2.0","id":2,"result":{}}')`],
    ['is no UTF-8', `Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])`],
    ['is nested fifty thousand times', `Buffer.alloc(100_000, '[', 'latin1').fill(']', 50_000)`],
    ['is empty', `Buffer.alloc(0)`],
  ])('answers its caller with an error when a result %s', async (_what, payload) => {
    const code = toolRunning(forgeAnswer("'ivk_forged'", payload));
    await expect(given.call({ code, id: 'ivk_forged' })).rejects.toMatchObject({ code: 'sandbox.invalid_result' });
  });

  it('gives no further call to a sandbox that is being killed', async () => {
    const code = toolRunning(`if (!args.bad) return 'ok'; ${forge(99, {})}`);
    await given.call({ code });
    await expect(given.call({ code, args: { bad: true } })).rejects.toMatchObject({ code: 'sandbox.violation' });
    expect(textOf(await given.call({ code }))).toBe('ok');
  });

  it('keeps a text that looks like a message inside its argument', async () => {
    const code = toolRunning(
      `globalThis.calls = (globalThis.calls ?? 0) + 1; return { calls: globalThis.calls, text: args.text }`,
    );
    const hidden = '\n{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"run","arguments":{}}}\n';
    const [first, second] = await Promise.all([
      given.call({ code, args: { text: hidden } }),
      given.call({ code, args: { text: 'bob' } }),
    ]);
    const answers = [first, second].map((outcome) => JSON.parse(textOf(outcome)) as { calls: number; text: string });
    expect(answers.map(({ text }) => text)).toEqual([hidden, 'bob']);
    expect(Math.max(...answers.map(({ calls }) => calls))).toBe(2);
  });

  it('never serves two isolation keys in one process', async () => {
    const code = toolRunning(`return String(globalThis.seen ??= Math.random())`);
    const keys = [
      {},
      { subject: 'psn_1' },
      { subject: 'psn_2' },
      { settingsRevision: 2 },
      { connectorId: 'con_2' },
      { organizationId: 'org_2' },
    ];
    const answers = await Promise.all(keys.map(async (key) => textOf(await given.call({ code, key }))));
    expect(new Set(answers).size).toBe(keys.length);
    expect(textOf(await given.call({ code, key: { subject: 'psn_1' } }))).toBe(answers[1]);
  });

  it('refuses calls that do not fit into the queue, and serves all that wait', async () => {
    // The calls that run at first end when all the others have certainly been sent.
    const code = toolRunning(`
      const nth = (globalThis.calls = (globalThis.calls ?? 0) + 1);
      await new Promise((done) => setTimeout(done, nth > 1 && nth <= 33 ? 3_000 : 1));
      return 'ok';
    `);
    await given.call({ code });
    const answers = await Promise.allSettled(Array.from({ length: 300 }, () => given.call({ code })));
    const served = answers.filter((answer) => answer.status === 'fulfilled').length;
    const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    expect([served, refusals.length]).toEqual([288, 12]);
    expect(refusals[0]).toMatchObject({ code: 'sandbox.queue_full', spec: { status: 503 }, retryAfterSeconds: 1 });
  });

  it('finishes the calls of a retired version while the next one serves', async () => {
    const code = toolRunning(`await new Promise((done) => setTimeout(done, 5)); return args.version`);
    const run = (version: string) =>
      given.call({ code, key: { connectorId: 'con_r', versionId: version }, args: { version } });
    let failed = 0;
    const load = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 20; round++) {
        const version = round < 10 ? 'ver_a' : 'ver_b';
        if (round === 10)
          await given.client.retire({ organizationId: 'org_1', connectorId: 'con_r', versionId: 'ver_a' });
        if (textOf(await run(version)) !== version) failed += 1;
      }
    });
    await Promise.all(load);
    expect(failed).toBe(0);
    await waitFor(() => given.host.health().sandboxes.draining === 0);
  });

  it('a sandbox ends at a second assignment', async () => {
    const process = await given.driver.start({
      sandboxId: newId('sandbox'),
      profile: 'runtime',
      programFile: await given.programs.file('runner'),
      mounts: [],
    });
    const { artifact } = artifactOf(toolRunning(`return 'x'`));
    const frame = encodeMixedFrame(RUNNER_FRAMES.assign, { secrets: {} }, artifact);
    given.driver.assign(process, frame);
    given.driver.assign(process, frame);
    process.link.write(encodeJsonFrame(RUNNER_FRAMES.ping, { n: 1 }));
    expect(await process.exited).toMatchObject({ exitCode: 70 });
  });

  it('drops log lines above the rate and reports how many', async () => {
    const code = toolRunning(`for (let i = 0; i < 400; i++) console.log('x'.repeat(6000)); return 'ok'`);
    const key = { connectorId: 'con_flood' };
    await given.call({ code, key });
    await given.client.retire({ organizationId: 'org_1', connectorId: 'con_flood' });
    await waitFor(() =>
      given.logs.some((line) => line.key.connectorId === 'con_flood' && /lines were dropped/.test(line.text)),
    );
    const bytes = given.logs
      .filter((line) => line.key.connectorId === 'con_flood')
      .reduce((sum, line) => sum + line.text.length, 0);
    expect(bytes).toBeLessThan(1024 * 1024 + 10_000);
  });
});

describe('the starts of one organization', () => {
  it('refuses starts of an organization above its rate, and leaves the pool and another one alone', async () => {
    const given = await givenHost({ startRate: { perSecond: 0.1, burst: 2, waitMsMax: 100 }, poolSize: 1 });
    const code = toolRunning(`return 'ok'`);
    const call = (organizationId: string, connectorId: string) =>
      given.call({ code, key: { organizationId, connectorId } });
    try {
      await given.host.warm();
      await Promise.all([call('org_1', 'con_1'), call('org_1', 'con_2')]);
      await waitFor(() => given.host.health().pool.waiting === 1);
      const before = given.host.health().pool;
      await expect(call('org_1', 'con_3')).rejects.toMatchObject({
        code: 'sandbox.starts_exceeded',
        detail: expect.stringContaining('0.1 sandboxes per second, 2 at once'),
        retryAfterSeconds: expect.any(Number),
      });
      expect(given.host.health().pool).toEqual(before);
      expect(textOf(await call('org_1', 'con_1'))).toBe('ok'); // awake: it needs no start
      expect(textOf(await call('org_2', 'con_1'))).toBe('ok');
    } finally {
      await given.close();
    }
  });
});

describe('a sandbox that hangs between its calls', () => {
  it('stops a sandbox that hangs between its calls before the next call, and informs its author', async () => {
    const given = await givenHost({ heartbeat: { everyMs: 100, missingMs: 300 } });
    const code = toolRunning(
      `if (args.hang) setTimeout(() => { for (;;); }, 20); return String((globalThis.seen ??= Math.random()))`,
    );
    try {
      const before = textOf(await given.call({ code, args: { hang: true } }));
      await waitFor(() => given.host.health().crashes === 1);
      await waitFor(() => given.logs.some(({ source, text }) => source === 'platform' && /hangs between/.test(text)));
      const after = textOf(await given.call({ code }));
      expect(after).not.toBe(before);
    } finally {
      await given.close();
    }
  });

  it('does not stop an idle sandbox that answers heartbeats', async () => {
    const given = await givenHost({ heartbeat: { everyMs: 100, missingMs: 500 } });
    const code = toolRunning(`return String((globalThis.seen ??= Math.random()))`);
    try {
      const before = textOf(await given.call({ code }));
      await new Promise((next) => setTimeout(next, 2_500)); // two looks of the keeper and more
      expect(textOf(await given.call({ code }))).toBe(before);
    } finally {
      await given.close();
    }
  });
});

describe('the share of the CPU', () => {
  it('a sandbox has half a core once its start is over', { timeout: 20_000 }, async (context) => {
    const given = await givenHost();
    try {
      const { limits } = given.host.health();
      skipUnless(context, limits.state === 'full', `cgroups hold the share: ${limits.reasons.join()}`);
      const code = toolRunning(`
        await new Promise((later) => setTimeout(later, Math.max(0, 2_800 - process.uptime() * 1_000)));
        const [startedAt, before] = [performance.now(), process.cpuUsage()];
        while (performance.now() - startedAt < 1_200);
        const { user, system } = process.cpuUsage(before);
        return String((user + system) / 1_000 / (performance.now() - startedAt));`);
      const share = Number(textOf(await given.call({ code })));
      expect(share).toBeGreaterThan(0.05);
      expect(share).toBeLessThan(0.65);
    } finally {
      await given.close();
    }
  });
});
