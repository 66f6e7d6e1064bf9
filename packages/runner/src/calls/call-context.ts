/** The context of the call that runs now, for the SDK (`Symbol.for('patchbay.runtime')`) and for the console. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import type { Runtime } from '@patchbay/connector';
import { RUNNER_FRAMES, type RunnerCall } from '@patchbay/sandbox-protocol/inside';
import { egressSocketPath } from '../egress-route.ts';
import type { HostLink } from '../host-link.ts';

export interface RunningCall {
  readonly call: RunnerCall;
  readonly abort: AbortController;
  /** Set when the answer was sent: code that still runs in this context speaks for no caller any more. */
  finished: boolean;
  /** The invocation that continues the work, when this one ended with an input request. */
  continuedAs?: RunningCall;
}

type Level = 'debug' | 'info' | 'warn' | 'error';

const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];
/** MCP's eight levels on our four: the least of ours that a client who asked for that level wants to see. */
const LEVEL_OF_MCP: Readonly<Record<string, Level>> = { debug: 'debug', info: 'info', notice: 'info', warning: 'warn' };

const storage = new AsyncLocalStorage<RunningCall>();

/** Runs `work` as this call: everything it starts, awaits and schedules sees the call's context. */
export function runAsCall<T>(running: RunningCall, work: () => T): T {
  return storage.run(running, work);
}

/** The call whose code runs now. */
export function runningCall(): RunningCall | undefined {
  let now = storage.getStore();
  while (now?.continuedAs) now = now.continuedAs;
  return now;
}

/** Where the SDK looks for what surrounds it. */
export const RUNTIME = Symbol.for('patchbay.runtime');

/** Puts the runtime on globalThis, for good, before connector code is loaded. */
export function installRuntime(link: HostLink, secrets: Readonly<Record<string, string>>): void {
  Object.defineProperty(globalThis, RUNTIME, { value: createRuntime(link, secrets) });
}

/** The answers to the SDK's requests for the current call. */
export function createRuntime(link: HostLink, secrets: Readonly<Record<string, string>>): Runtime {
  const current = () => {
    const now = runningCall();
    if (!now) return undefined;
    const { call, abort } = now;
    return {
      user: call.context.user,
      organization: call.context.organization,
      client: call.context.client,
      requestId: call.context.requestId,
      idempotencyKey: call.context.idempotencyKey,
      cacheScopeKey: call.context.cacheScopeKey,
      credentials: call.context.credentials,
      connections: call.context.connections,
      signal: abort.signal,
      fetch: globalThis.fetch,
      egressSocket: egressSocketPath(),
      secrets,
      log: (level: Level, text: string, data?: unknown) =>
        log(link, level, data === undefined ? text : format(text, data)),
      progress: (done: number, total?: number, message?: string) => {
        if (now.finished) return;
        const params = { progressToken: call.id, progress: done, total, message };
        link.send(RUNNER_FRAMES.notification, { id: call.id, method: 'notifications/progress', params });
      },
    };
  };
  return Object.freeze({ current });
}

/** Sends what connector code prints as records of the call that printed it. */
export function installConsole(link: HostLink): void {
  const at =
    (level: Level) =>
    (...values: unknown[]) =>
      log(link, level, format(...values));
  Object.assign(console, {
    debug: at('debug'),
    log: at('info'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  });
}

function log(link: HostLink, level: Level, text: string): void {
  const now = runningCall();
  const call = now?.finished ? undefined : now?.call;
  link.send(RUNNER_FRAMES.log, { id: call?.id ?? null, level, text });
  const wanted = call?.context.logLevel;
  if (!call || !wanted || LEVELS.indexOf(level) < LEVELS.indexOf(LEVEL_OF_MCP[wanted] ?? 'error')) return;
  link.send(RUNNER_FRAMES.notification, {
    id: call.id,
    method: 'notifications/message',
    params: { level: level === 'warn' ? 'warning' : level, data: text },
  });
}
