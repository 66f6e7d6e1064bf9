import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** The port at which Node opens its inspector on SIGUSR1. One process at a time can have it. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list';
const OPENS_WITHIN_MS = 5_000;

const Targets = z.tuple([z.object({ webSocketDebuggerUrl: z.url() })]);
const Answer = z.object({
  id: z.number(),
  result: z.object({ result: z.object({ value: z.unknown() }).optional() }).optional(),
});
const Memory = z.object({ heapUsed: z.number(), rss: z.number() });

export type HeapUse = z.output<typeof Memory>;

/** Bytes a running Node process uses once all unreachable objects are collected. */
export async function inspectHeap(pid: number): Promise<HeapUse> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl(pid));
  await once(socket, 'open');
  const ask = askerOf(socket);
  // Twice: the first collection may only make garbage of what finalizers held.
  for (let time = 0; time < 2; time += 1) await ask('HeapProfiler.collectGarbage');
  const memory = await ask('Runtime.evaluate', {
    expression: '(({ heapUsed, rss }) => ({ heapUsed, rss }))(process.memoryUsage())',
    returnByValue: true,
  });
  const closed = once(socket, 'close');
  socket.send(
    JSON.stringify({
      id: 0,
      method: 'Runtime.evaluate',
      params: { expression: `process.getBuiltinModule('node:inspector').close()` },
    }),
  );
  await closed;
  return Memory.parse(memory);
}

async function inspectorUrl(pid: number): Promise<string> {
  const until = performance.now() + OPENS_WITHIN_MS;
  for (;;) {
    const listed = await fetch(INSPECTOR).then(
      (response) => response.json(),
      () => null,
    );
    const targets = Targets.safeParse(listed);
    if (targets.success) return targets.data[0].webSocketDebuggerUrl;
    if (performance.now() > until) throw new Error(`process ${pid} opens no inspector`);
    await delay(50);
  }
}

/** Sends a command and waits for the value it answers. */
function askerOf(socket: WebSocket): (method: string, params?: object) => Promise<unknown> {
  let last = 0;
  const waiting = new Map<number, (value: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = Answer.parse(JSON.parse(String(data)));
    waiting.get(id)?.(result?.result?.value);
    waiting.delete(id);
  });
  return (method, params = {}) => {
    last += 1;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(last, resolve);
    socket.send(JSON.stringify({ id: last, method, params }));
    return promise;
  };
}
