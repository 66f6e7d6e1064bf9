import { DASHBOARD_PAGES } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

/** Lists the groups of the organization, by name, with their members. */
export async function listGroups(context: ProgramContext): Promise<void> {
  const { client, organization, origin } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/groups', {
    params: { path: { organization } },
  });
  const items = data?.items ?? [];
  const rows = items.map(({ name, members }) => [
    name,
    String(members.length),
    members.map(({ person }) => person.email).join(', '),
  ]);
  context.output.result(
    items,
    items.length === 0 ? 'There is no group yet.' : table(['NAME', 'MEMBERS', 'E-MAIL'], rows),
  );
  context.output.progress(`\nA person creates groups and changes their members at ${origin}${DASHBOARD_PAGES.groups}`);
}
