import { setTimeout as delay } from 'node:timers/promises';
import { ApiProblem, type ConnectorLogLine } from '@patchbay/api-client';
import { AppError } from '@patchbay/foundation';
import { type Output, printableLine } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: string;
  readonly level?: string;
  readonly request?: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const RETRY_MS = 1000;

/** Shows log lines, oldest first; `--follow` continues until it is interrupted. */
export async function logs(context: ProgramContext, named: string | undefined, options: LogsOptions): Promise<void> {
  const connector = await connectorSlug(named, context.cwd);
  const level = readLevel(options.level);
  const limit = Number(options.lines);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new AppError('cli.usage', { detail: '--lines takes a number from 1 to 200.' });
  }
  const { client, organization } = await context.session();
  const filter = { ...(level && { level }), ...(options.request !== undefined && { requestId: options.request }) };
  const { data } = await client.GET('/api/v1/organizations/{organization}/connectors/{connector}/logs', {
    params: { path: { organization, connector }, query: { limit, ...filter } },
  });
  const shown = new Set<string>();
  const show = (line: ConnectorLogLine) => {
    if (shown.has(line.id)) return;
    shown.add(line.id);
    print(context.output, line);
  };
  for (const line of data?.items ?? []) show(line);
  if (!options.follow) return;
  const query = new URLSearchParams(filter).toString();
  const path = `/api/v1/organizations/${organization}/connectors/${connector}/logs/events?${query}`;
  while (!context.signal.aborted) {
    try {
      for await (const { event, data: line } of client.events<ConnectorLogLine>(path, { signal: context.signal })) {
        if (event === 'log') show(line);
      }
    } catch (error) {
      if (context.signal.aborted) return;
      if (error instanceof ApiProblem && error.status < 500) throw error;
    }
    // The stream ended or broke: a gateway restarts.
    await delay(RETRY_MS, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

function print(output: Output, line: ConnectorLogLine): void {
  const style = line.level === 'error' ? 'red' : line.level === 'warn' ? 'yellow' : 'dim';
  const request = line.requestId === null ? '' : output.style('dim', ` ${line.requestId}`);
  const time = line.at.slice(11, 23);
  output.item(line, `${time} ${output.style(style, line.level.padEnd(5))} ${printableLine(line.text)}${request}`);
}

function readLevel(text: string | undefined): (typeof LEVELS)[number] | undefined {
  if (text === undefined) return undefined;
  const level = LEVELS.find((one) => one === text);
  if (level === undefined) throw new AppError('cli.usage', { detail: `--level takes one of: ${LEVELS.join(', ')}.` });
  return level;
}
