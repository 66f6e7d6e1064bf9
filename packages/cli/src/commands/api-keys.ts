import type { Schemas } from '@patchbay/api-client';
import { AppError } from '@patchbay/foundation';
import { confirm } from '../confirm.ts';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

const KINDS = ['mcp', 'deploy', 'admin'] as const;

/** Lists the API keys of the organization. */
export async function listApiKeys(context: ProgramContext): Promise<void> {
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/api-keys', {
    params: { path: { organization } },
  });
  const items = data?.items ?? [];
  const rows = items.map((key) => [
    key.id,
    key.kind,
    key.name,
    key.revokedAt === null ? key.expiresAt.slice(0, 10) : 'revoked',
    key.lastUsedAt?.slice(0, 10) ?? 'never',
  ]);
  context.output.result(items, table(['ID', 'KIND', 'NAME', 'EXPIRES', 'USED'], rows));
}

interface CreateOptions {
  readonly kind: string;
  readonly connector: readonly string[];
  readonly permission: readonly string[];
  readonly days: string;
}

/** Creates a key. Its secret is printed alone on the last line, this once. */
export async function createApiKey(context: ProgramContext, name: string, options: CreateOptions): Promise<void> {
  const kind = KINDS.find((one) => one === options.kind);
  if (kind === undefined) throw new AppError('cli.usage', { detail: `--kind takes one of: ${KINDS.join(', ')}.` });
  const expiresInDays = Number(options.days);
  if (!Number.isInteger(expiresInDays)) throw new AppError('cli.usage', { detail: '--days takes a number.' });
  const { client, organization } = await context.session();
  const { data } = await client.POST('/api/v1/organizations/{organization}/api-keys', {
    params: { path: { organization } },
    body: {
      kind,
      name,
      connectors: [...options.connector],
      scopes: [],
      // The API checks the names and says which ones there are.
      permissions: options.permission as Schemas['Permission'][],
      allowedAddresses: [],
      expiresInDays,
    },
  });
  if (!data) return;
  context.output.result(data, [
    `Created ${data.id}, valid until ${data.expiresAt.slice(0, 10)}. It is shown this once:`,
    '',
    data.secret,
  ]);
}

/** Revokes a key, at once and for good. */
export async function revokeApiKey(context: ProgramContext, id: string, options: { yes?: boolean }): Promise<void> {
  await confirm(context, `Revoke ${id}? What uses it stops working.`, options.yes);
  const { client, organization } = await context.session();
  await client.DELETE('/api/v1/organizations/{organization}/api-keys/{apiKey}', {
    params: { path: { organization, apiKey: id } },
  });
  context.output.result({ id }, `${id} is revoked.`);
}
