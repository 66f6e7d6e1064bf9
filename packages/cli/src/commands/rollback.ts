import { confirm } from '../confirm.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';
import { activate, readVersionNumber, reportDeployment } from './activate.ts';

/** Lets an earlier version serve again. */
export async function rollback(
  context: ProgramContext,
  named: string | undefined,
  options: { to?: string; yes?: boolean },
): Promise<void> {
  const connector = await connectorSlug(named, context.cwd);
  const target = options.to === undefined ? 'the version before' : `version ${readVersionNumber(options.to)}`;
  await confirm(context, `Let ${target} of ${connector} serve?`, options.yes);
  // A certain version is an activation like any other; the one before is the platform's to know.
  if (options.to !== undefined) return activate(context, connector, options.to);
  const { client, organization } = await context.session();
  const { data } = await client.POST('/api/v1/organizations/{organization}/connectors/{connector}/rollback', {
    params: { path: { organization, connector } },
  });
  if (data) reportDeployment(context, connector, data);
}
