import { once } from 'node:events';
import type { Registry } from 'prom-client';
import { ConfigError } from '../load-config.ts';
import { createLogger, type Logger } from '../logger.ts';
import { type HealthCheck, readHealth } from './health.ts';
import { startInternalServer } from './internal-server.ts';
import { onLauncherGone, sendToLauncher } from './launcher-channel.ts';

/** EX_CONFIG of sysexits.h: starting again does not help. Any other failure is 1. */
const CONFIG_EXIT_CODE = 78;

export interface ProcessConfig {
  readonly logLevel: string;
  /** Loopback port of `/health` and `/metrics`; 0 takes a free one. Null for a process that listens on no network. */
  readonly internalPort: number | null;
}

/** The components of a process, once it is wired. */
export interface Application {
  readonly checks: readonly HealthCheck[];
  readonly metrics: Registry;
  /** Resolves when it serves, with what the log and the launcher should know of it, such as its port. */
  start(): Promise<Readonly<Record<string, unknown>>>;
  /** Takes nothing new in, lets work in flight finish within a bound of its own, and closes everything. Safe while starting. */
  drain(): Promise<void>;
  /** Handler of further signals. */
  readonly onSignal?: Readonly<Partial<Record<NodeJS.Signals, () => Promise<void>>>>;
}

/**
 * The life of a process: configuration, logger, wiring, internal server, start, ready message to the launcher; then, on
 * SIGTERM, SIGINT or when the launcher is gone, drain and end. A stop while it starts drains what there is by then.
 *
 * Exit codes: 0 after a drain, 78 for a configuration that cannot be used, 1 for any other failure. Problems of the start
 * go to standard error.
 *
 * @param wire every constructor, once
 */
export async function runProcess<C extends ProcessConfig>(
  name: string,
  loadConfig: () => C,
  wire: (config: C, logger: Logger) => Promise<Application>,
): Promise<never> {
  try {
    await run(name, loadConfig, wire);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name}: ${textOf(error)}\n`);
    process.exit(error instanceof ConfigError ? CONFIG_EXIT_CODE : 1);
  }
}

async function run<C extends ProcessConfig>(
  name: string,
  loadConfig: () => C,
  wire: (config: C, logger: Logger) => Promise<Application>,
): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(name, config.logLevel);
  const stop = requestOfStop();
  const application = await wire(config, logger);
  const internal =
    config.internalPort === null
      ? null
      : await startInternalServer({
          port: config.internalPort,
          metrics: application.metrics,
          readHealth: () => readHealth(application.checks, stop.aborted),
        });
  for (const [signal, act] of Object.entries(application.onSignal ?? {})) {
    process.on(
      signal,
      () => void act().catch((error: unknown) => logger.error({ err: error, signal }, 'signal failed')),
    );
  }
  const started = application.start().then((details) => {
    if (stop.aborted) return;
    const facts = { ...details, ...(internal !== null && { internalPort: internal.port }) };
    logger.info(facts, 'ready');
    sendToLauncher({ type: 'ready', ...facts });
  });
  const stopped = aborted(stop);
  await Promise.race([started, stopped]);
  await stopped;
  logger.info({ reason: stop.reason }, 'draining');
  await application.drain();
  internal?.close();
  logger.info('ended');
}

/** Aborted once by the first that asks this process to end, with what that was. */
function requestOfStop(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort(signal));
  onLauncherGone(() => stop.abort('the launcher is gone'));
  return stop.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** A configuration names its problems; of anything else the place in the code helps. */
function textOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
