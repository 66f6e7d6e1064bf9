import { DASHBOARD_PAGES } from '@patchbay/foundation';
import { confirm } from '../confirm.ts';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

const CLIENTS = '/api/v1/organizations/{organization}/oauth-clients' as const;

/** Lists the OAuth clients that were made in the organization, without their secrets. */
export async function listClients(context: ProgramContext): Promise<void> {
  const { client: api, organization, origin } = await context.session();
  const { data } = await api.GET(CLIENTS, { params: { path: { organization } } });
  const items = data?.items ?? [];
  const rows = items.map(({ id, name, disabledAt, redirectUris }) => [
    id,
    name,
    disabledAt === null ? 'in use' : 'deleted',
    redirectUris.join(' '),
  ]);
  context.output.result(
    items,
    items.length === 0 ? 'There is no OAuth client.' : table(['ID', 'NAME', 'STATE', 'REDIRECT URIS'], rows),
  );
  context.output.progress(`\nAlso at ${origin}${DASHBOARD_PAGES.oauthClients}`);
}

/** Makes an OAuth client and prints its id and secret, the secret this once. */
export async function createClient(
  context: ProgramContext,
  name: string,
  { redirectUri }: { readonly redirectUri?: string[] },
): Promise<void> {
  const { client: api, organization } = await context.session();
  const body = { name, ...(redirectUri && { redirectUris: redirectUri }) };
  // The client's types are of what the schema reads, defaults included.
  const { data } = await api.POST(CLIENTS, { params: { path: { organization } }, body: body as Required<typeof body> });
  if (data) printSecret(context, data);
}

/** Replaces the secret and prints the new one, this once. */
export async function rotateClient(
  context: ProgramContext,
  client: string,
  options: { readonly now?: boolean; readonly yes?: boolean },
): Promise<void> {
  const until = options.now ? 'The replaced one is refused at once.' : 'The replaced one is accepted for a day more.';
  await confirm(context, `Replace the secret of ${client}? ${until}`, options.yes);
  const { client: api, organization } = await context.session();
  const query = { previous: options.now ? ('refuse' as const) : ('keep' as const) };
  const { data } = await api.POST(`${CLIENTS}/{client}/secret`, { params: { path: { organization, client }, query } });
  if (data) printSecret(context, data);
}

/** Deletes an OAuth client, with every grant that it was given. */
export async function deleteClient(
  context: ProgramContext,
  client: string,
  options: { readonly yes?: boolean },
): Promise<void> {
  await confirm(context, `Delete the OAuth client ${client}, and end every grant to it?`, options.yes);
  const { client: api, organization } = await context.session();
  await api.DELETE(`${CLIENTS}/{client}`, { params: { path: { organization, client } } });
  context.output.result({ id: client }, `The OAuth client ${client} is deleted.`);
}

function printSecret(
  context: ProgramContext,
  created: { readonly id: string; readonly secret: string; readonly redirectUris: readonly string[] },
): void {
  const { id, secret, redirectUris } = created;
  context.output.result(created, [
    `Client id      ${id}`,
    `Client secret  ${secret}`,
    `Redirect URIs  ${redirectUris.join(' ')}`,
  ]);
  context.output.progress('\nThe secret is not stored and cannot be shown again.');
}
