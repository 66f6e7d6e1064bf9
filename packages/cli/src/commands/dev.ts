import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { AppError } from '@patchbay/foundation';
import { bundleConnector } from '../dev/bundle-connector.ts';
import type { LocalSandbox } from '../dev/local-sandbox.ts';
import { serveLocally } from '../dev/serve-locally.ts';
import { SourceWatch } from '../dev/source-watch.ts';
import type { LocalHost } from '../dev/start-local-host.ts';
import { startLocalHost } from '../dev/start-local-host.ts';
import { printableLine, seconds } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import type { Project } from '../project.ts';
import { readProject } from '../project.ts';
import { errorLines, renderError } from '../render-error.ts';

/** Builds, starts and swaps: what serves stays in place until the next one has started. */
class Reloader {
  readonly #project: Project;
  readonly #host: LocalHost;
  #current: LocalSandbox | undefined;
  #digest: string | undefined;

  constructor(project: Project, host: LocalHost) {
    this.#project = project;
    this.#host = host;
  }

  /** The connector that serves now. @throws AppError cli.build_failed before the first load */
  get current(): LocalSandbox {
    if (this.#current === undefined) throw new AppError('cli.build_failed', { detail: 'There is no build yet.' });
    return this.#current;
  }

  /**
   * @returns what serves from now on; null when the same is built as before
   * @throws AppError cli.build_failed, or `sandbox.*` when it does not start
   */
  async load(): Promise<LocalSandbox | null> {
    const built = await bundleConnector(this.#project);
    if (built.digest === this.#digest) return null;
    const next = await this.#host.run(built);
    this.#current = next;
    this.#digest = built.digest;
    return next;
  }
}

interface DevOptions {
  readonly port?: string;
  readonly secret: readonly string[];
  readonly plain?: boolean;
  readonly codeGeneration?: boolean;
}

/** Runs a connector here as it runs hosted: same runner, same egress rules, same sandbox where this machine can make one. */
export async function dev(context: ProgramContext, directory: string, options: DevOptions): Promise<void> {
  const { output } = context;
  const project = await readProject(path.resolve(context.cwd, directory));
  const secrets = await readLocalSecrets(project.directory, options.secret);
  const port = readPort(options.port);
  const host = await startLocalHost({
    plain: options.plain ?? false,
    codeGeneration: options.codeGeneration ?? false,
    secrets,
    searchPath: context.config.PATH,
    say: (text) => output.error(text),
    onLog: ({ at, level, source, text, requestId }) => {
      const request = requestId === undefined ? '' : output.style('dim', ` ${requestId}`);
      const style = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'dim';
      const line = `${at.slice(11, 23)} ${output.style(style, level.padEnd(5))} ${printableLine(text)}${request}`;
      output.item({ event: 'log', at, level, source, text, requestId }, line);
    },
  });
  try {
    const reloader = new Reloader(project, host);
    await reloader.load();
    const endpoint = await serveLocally(() => reloader.current, port);
    const tools = reloader.current.manifest.tools.map((tool) => tool.name);
    if (!host.isolated)
      output.error(`Isolation is off: ${host.reason} The connector runs as a plain process of yours.`);
    output.item(
      { event: 'ready', url: endpoint.url, tools, isolated: host.isolated },
      `${endpoint.url}\n  tools: ${tools.join(', ')}`,
    );
    const watcher = await SourceWatch.open(project.directory, async () => {
      const startedAt = performance.now();
      try {
        const loaded = await reloader.load();
        if (loaded === null) return;
        const names = loaded.manifest.tools.map((tool) => tool.name);
        endpoint.changed();
        const took = performance.now() - startedAt;
        output.item(
          { event: 'reloaded', tools: names, durationMs: took },
          `Reloaded in ${seconds(took)}. Tools: ${names.join(', ')}`,
        );
      } catch (error) {
        const rendered = renderError(error);
        output.item(
          { event: 'failed', error: rendered },
          `${errorLines(rendered)}\n  The previous version keeps serving.`,
        );
      }
    });
    if (!context.signal.aborted) await once(context.signal, 'abort');
    await watcher.close();
    await endpoint.close();
  } finally {
    await host.close();
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new AppError('cli.usage', { detail: `--port takes a number up to 65535, not ${JSON.stringify(text)}.` });
}

/** Secrets for a run on this machine: `.env` of the project, then `NAME=value` of the command line, which wins. */
async function readLocalSecrets(directory: string, given: readonly string[]): Promise<Record<string, string>> {
  const text = await readFile(path.join(directory, '.env'), 'utf8').catch(() => '');
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) secrets[name] = value;
  for (const pair of given) {
    const equals = pair.indexOf('=');
    if (equals < 1)
      throw new AppError('cli.usage', { detail: `--secret takes NAME=value, not ${JSON.stringify(pair)}.` });
    secrets[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return secrets;
}
