/**
 * The runner: our program inside a sandbox, beside untrusted code. It waits for one assignment, loads the connector and
 * serves its calls. Nothing here protects the platform; the isolation layers around the process and the supervisor do.
 */
import {
  decodeJson,
  decodeMixed,
  type Frame,
  type JsonObject,
  RUNNER_FRAMES,
  type RunnerCall,
  type RunnerCallHeader,
} from '@patchbay/sandbox-protocol/inside';
import { installConsole, installRuntime, runningCall } from './calls/call-context.ts';
import type { Assignment, ConnectorServer } from './calls/runner-call.ts';
import { RunningCalls } from './calls/serve-calls.ts';
import { egressSocketPath, installEgressRoute } from './egress-route.ts';
import { type HostLink, openHostLink } from './host-link.ts';
import { type ConnectorModule, createServer, type LoadedConnector, loadModule } from './load-connector.ts';
import { serveConnector } from './servers/serve-connector.ts';
import { warmUpResumed } from './snapshots/warm-up.ts';
import { authorStack, messageOf, StartError } from './start-error.ts';

const endProcess = process.exit.bind(process);
const calls = new RunningCalls();
let assigned = false;
let serving: { server: ConnectorServer; loaded: LoadedConnector } | null = null;
let opened: HostLink | null = null;
let moduleOf: (artifact: Uint8Array) => ConnectorModule = loadModule;

/** Drops output before the link is open: a snapshot is taken with this one, and there is no reader then. */
const link: HostLink = {
  send: (type, value) => opened?.send(type, value),
  sendPayload: (type, header, json) => opened?.sendPayload(type, header, json),
  sendNow: (type, value) => opened?.sendNow(type, value),
};

/** Puts console and network of a sandbox in their places. To be called before connector code runs. */
export function installSurroundings(): void {
  installConsole(link);
  installEgressRoute({
    socketPath: egressSocketPath,
    tokenOfCall: () => runningCall()?.call.context.egressToken,
  });
}

/**
 * Opens the link and waits. Runs once: at the program's start, or when a process resumes from its snapshot. With `prepared`
 * the snapshot holds the connector's module, run among surroundings that are installed.
 */
export function startRunner(prepared?: (artifact: Uint8Array) => ConnectorModule): void {
  if (prepared) moduleOf = prepared;
  else installSurroundings();
  opened = openHostLink(onFrame);
  guardExits();
  link.send(RUNNER_FRAMES.ready, {});
}

function onFrame(frame: Frame): void {
  switch (frame.type) {
    case RUNNER_FRAMES.assign:
      // Once in a life: a second one would run code of one tenant beside the secrets of another.
      if (assigned) endProcess(70);
      assigned = true;
      void assign(frame.payload);
      return;
    case RUNNER_FRAMES.warmUp:
      // Never beside a tenant's code; the supervisor asks before, if at all.
      if (!assigned) void warmUpResumed().then(() => link.send(RUNNER_FRAMES.warmedUp, {}));
      return;
    case RUNNER_FRAMES.call:
      // The supervisor is the only peer of this descriptor; what it sends has the protocol's shape.
      if (serving) void calls.serve(readCall(frame.payload), { ...serving, link });
      return;
    case RUNNER_FRAMES.cancel:
      // As above.
      if (serving) calls.cancel((decodeJson(frame.payload) as { id: string }).id, serving.server);
      return;
    case RUNNER_FRAMES.ping:
      link.send(RUNNER_FRAMES.pong, decodeJson(frame.payload));
      return;
  }
}

/** The parameters are parsed here for the first time since the gateway wrote them. */
function readCall(payload: Buffer): RunnerCall {
  const { header, bytes } = decodeMixed(payload);
  // As above: the supervisor wrote the header, the gateway the parameters.
  return { ...(header as RunnerCallHeader), params: decodeJson(bytes) as JsonObject };
}

async function assign(payload: Buffer): Promise<void> {
  const { header, bytes } = decodeMixed(payload);
  // As above: the supervisor wrote it.
  const secrets = Object.freeze({ ...(header as Assignment).secrets });
  installRuntime(link, secrets);
  try {
    const loaded = await createServer(moduleOf(bytes), secrets);
    serving = { loaded, server: await serveConnector(loaded, { link, inCall: calls.inCall }) };
    link.send(RUNNER_FRAMES.assigned, {});
  } catch (error) {
    reportStartFailure(error);
  }
}

function reportStartFailure(error: unknown): void {
  const code = error instanceof StartError ? error.code : 'crashed_at_start';
  const cause = error instanceof StartError && error.cause !== undefined ? error.cause : error;
  const message = error instanceof StartError ? error.message : messageOf(error);
  link.sendNow(RUNNER_FRAMES.startFailed, { code, message, stack: authorStack(cause) });
}

/** A connector that ends its process logs why before it ends. */
function guardExits(): void {
  process.on('uncaughtException', (error) => {
    if (serving) link.sendNow(RUNNER_FRAMES.log, { id: null, level: 'error', text: crashText(error) });
    else reportStartFailure(error);
    endProcess(1);
  });
  process.on('unhandledRejection', (reason) => {
    if (serving)
      link.send(RUNNER_FRAMES.log, { id: null, level: 'error', text: `Unhandled rejection: ${crashText(reason)}` });
    else reportStartFailure(reason);
  });
  process.exit = (code) => {
    const text = `The connector called process.exit(${code ?? ''}).`;
    if (serving) link.sendNow(RUNNER_FRAMES.log, { id: null, level: 'error', text });
    else reportStartFailure(new StartError('exited_at_start', text, new Error(text)));
    return endProcess(code);
  };
}

function crashText(error: unknown): string {
  return [messageOf(error), ...authorStack(error)].join('\n  ');
}
