import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AppError, DASHBOARD_PAGES } from '@patchbay/foundation';
import { EXIT } from '../exit-code.ts';
import { printable, table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { readToolArguments } from '../tool-arguments.ts';
import { readVersionNumber } from './activate.ts';

interface CallOptions {
  readonly versionNumber?: string;
  readonly list?: boolean;
  readonly key?: string;
}

/** Calls a tool through the hosted URL, as any MCP client does. */
export async function call(
  context: ProgramContext,
  connector: string,
  tool: string | undefined,
  given: readonly string[],
  options: CallOptions,
): Promise<void> {
  const args = readToolArguments(given);
  if (tool === undefined && !options.list) {
    throw new AppError('cli.usage', { detail: 'Name a tool, or list them with --list.' });
  }
  const access = await findAccess(context, connector, options);
  const client = new Client({ name: 'patchbay-cli', version: '0.1.0' }, { versionNegotiation: { mode: 'auto' } });
  try {
    const headers: Record<string, string> = access.key === null ? {} : { authorization: `Bearer ${access.key}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(access.url), { requestInit: { headers } }));
    if (tool === undefined) await listTools(context, client);
    else await callTool(context, client, { name: tool, arguments: args });
  } catch (error) {
    if (error instanceof AppError || (error instanceof TypeError && error.message === 'fetch failed')) throw error;
    throw new AppError('cli.call_failed', {
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  } finally {
    await client.close();
  }
}

async function listTools(context: ProgramContext, client: Client): Promise<void> {
  const { tools } = await client.listTools();
  const rows = tools.map((tool) => [
    printable(tool.name),
    tool.annotations?.readOnlyHint ? 'reads' : tool.annotations?.destructiveHint === false ? 'writes' : 'destructive',
    printable(tool.description ?? '').split('\n')[0] ?? '',
  ]);
  context.output.result(tools, table(['TOOL', 'EFFECT', 'DESCRIPTION'], rows));
}

async function callTool(
  context: ProgramContext,
  client: Client,
  params: { name: string; arguments: Record<string, unknown> },
) {
  const result = await client.callTool(params, {
    onprogress: ({ progress, total, message }) => {
      context.output.transient(`  ${progress}${total === undefined ? '' : ` of ${total}`} ${printable(message ?? '')}`);
    },
    signal: context.signal,
  });
  const lines = result.content.map((item) => (item.type === 'text' ? printable(item.text) : `(${item.type})`));
  context.output.result(result, lines);
  if (result.isError) context.setExitCode(EXIT.failure);
}

interface Access {
  readonly url: string;
  /** null: an address was given, and it is called without a key. */
  readonly key: string | null;
}

/** Where to call and with which key. @throws AppError cli.call_key_missing */
async function findAccess(context: ProgramContext, connector: string, options: CallOptions): Promise<Access> {
  const given = options.key ?? context.config.PATCHBAY_MCP_KEY;
  if (/^https?:\/\//.test(connector)) return { url: connector, key: given ?? null };
  const session = await context.session();
  const version = options.versionNumber === undefined ? '' : `@${readVersionNumber(options.versionNumber)}`;
  const url = `${session.origin}/${session.organization}/${connector}${version}/mcp`;
  const key = given ?? session.mcpApiKey;
  if (key === null) {
    throw new AppError('cli.call_key_missing', {
      detail: `The login for ${session.origin} has none.`,
      hint: `Create one at ${session.origin}${DASHBOARD_PAGES.newApiKey}, run \`patchbay login --origin ${session.origin}\` and paste it; or set PATCHBAY_MCP_KEY.`,
    });
  }
  return { url, key };
}
