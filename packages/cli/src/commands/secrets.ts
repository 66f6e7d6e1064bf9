import { readSecretValue } from '../confirm.ts';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';

interface Whose {
  readonly connector?: string;
}

const SECRET = '/api/v1/organizations/{organization}/connectors/{connector}/secrets/{name}' as const;

/** Sets a secret from a prompt or standard input; in force for the next call. */
export async function setSecret(context: ProgramContext, name: string, options: Whose): Promise<void> {
  const connector = await connectorSlug(options.connector, context.cwd);
  const { client, organization } = await context.session();
  const value = await readSecretValue(context, `Value of ${name} for ${connector}`);
  await client.PUT(SECRET, { params: { path: { organization, connector, name } }, body: { value } });
  context.output.result({ connector, name }, `${name} is set for ${connector}, from the next call on.`);
}

/** Lists names; values never come out. */
export async function listSecrets(context: ProgramContext, options: Whose): Promise<void> {
  const connector = await connectorSlug(options.connector, context.cwd);
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/connectors/{connector}/secrets', {
    params: { path: { organization, connector } },
  });
  const items = data?.items ?? [];
  const rows = items.map((secret) => [secret.name, secret.updatedAt.slice(0, 19).replace('T', ' ')]);
  context.output.result(
    items,
    items.length === 0 ? `${connector} has no secrets.` : table(['NAME', 'SET (UTC)'], rows),
  );
}

/** Removes a secret; in force for the next call. */
export async function removeSecret(context: ProgramContext, name: string, options: Whose): Promise<void> {
  const connector = await connectorSlug(options.connector, context.cwd);
  const { client, organization } = await context.session();
  await client.DELETE(SECRET, { params: { path: { organization, connector, name } } });
  context.output.result({ connector, name }, `${name} is removed from ${connector}, from the next call on.`);
}
