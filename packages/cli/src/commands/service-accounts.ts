import { DASHBOARD_PAGES } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

/** Lists the service accounts of the organization, by name. */
export async function listServiceAccounts(context: ProgramContext): Promise<void> {
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/service-accounts', {
    params: { path: { organization } },
  });
  const items = data?.items ?? [];
  const rows = items.map(({ id, name, responsible, disabledAt }) => [
    id,
    name,
    disabledAt === null ? 'enabled' : 'disabled',
    responsible?.name ?? 'nobody',
  ]);
  const shown = items.length === 0 ? 'There is no service account yet.' : undefined;
  context.output.result(items, shown ?? table(['ID', 'NAME', 'STATE', 'RESPONSIBLE'], rows));
}

/** Creates a service account without keys. */
export async function createServiceAccount(context: ProgramContext, name: string): Promise<void> {
  const { client, organization, origin } = await context.session();
  const { data } = await client.POST('/api/v1/organizations/{organization}/service-accounts', {
    params: { path: { organization } },
    body: { name },
  });
  context.output.result(data, `Created the service account ${name}: ${data?.id}`);
  context.output.progress(
    `A person creates its keys with the admin API; every key is listed at ${origin}${DASHBOARD_PAGES.apiKeys}`,
  );
}

/** Disables a service account: its keys open nothing within a second. */
export async function disableServiceAccount(context: ProgramContext, id: string): Promise<void> {
  const { client, organization } = await context.session();
  const { data } = await client.PATCH('/api/v1/organizations/{organization}/service-accounts/{serviceAccount}', {
    params: { path: { organization, serviceAccount: id } },
    body: { disabled: true },
  });
  context.output.result(data, `Disabled the service account ${data?.name}. Its keys open nothing any more.`);
}
