import { DASHBOARD_PAGES } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

/** Lists the API keys of the organization, and prints where a person creates and revokes them, because no key may. */
export async function listApiKeys(context: ProgramContext): Promise<void> {
  const { client, organization, origin } = await context.session();
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
  context.output.progress(`\nA person creates and revokes keys at ${origin}${DASHBOARD_PAGES.apiKeys}`);
}
