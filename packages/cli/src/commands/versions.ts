import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';

/** Lists versions, newest first, with their state. */
export async function versions(context: ProgramContext, named: string | undefined): Promise<void> {
  const connector = await connectorSlug(named, context.cwd);
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/connectors/{connector}/versions', {
    params: { path: { organization, connector } },
  });
  const items = data?.items ?? [];
  const rows = items.map((version) => [
    String(version.number),
    version.state,
    version.createdAt.slice(0, 19).replace('T', ' '),
    version.createdBy.name ?? version.createdBy.kind,
    version.failure?.title ?? version.reasons.map(({ reason }) => reason).join('; '),
  ]);
  context.output.result(
    items,
    items.length === 0 ? 'There is no version yet.' : table(['VERSION', 'STATE', 'CREATED (UTC)', 'BY', ''], rows),
  );
}
