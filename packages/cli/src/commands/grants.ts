import { AppError, DASHBOARD_PAGES } from '@patchbay/foundation';
import { confirm } from '../confirm.ts';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

const GRANTS = '/api/v1/organizations/{organization}/grants' as const;
/** The longest page the API gives. */
const PAGE_MAX = 200;

interface Selection {
  readonly person?: string;
  readonly client?: string;
  readonly connector?: string;
}

/** Lists what people allowed OAuth clients, newest first; without the right to manage members, one's own. */
export async function listGrants(context: ProgramContext, options: Selection & { state?: string }): Promise<void> {
  const { client: api, organization, origin } = await context.session();
  const query = { ...selectionOf(options), limit: PAGE_MAX, ...stateOf(options.state) };
  const { data } = await api.GET(GRANTS, { params: { path: { organization }, query } });
  const items = data?.items ?? [];
  const rows = items.map((grant) => [
    grant.id,
    grant.client.name,
    grant.person.name ?? 'a former member',
    new URL(grant.resource).pathname,
    grant.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
    grant.endedAt === null ? grant.expiresAt.slice(0, 10) : 'ended',
  ]);
  context.output.result(
    items,
    items.length === 0
      ? 'There is no such grant.'
      : table(['ID', 'CLIENT', 'PERSON', 'URL', 'USED (UTC)', 'ENDS'], rows),
  );
  if (data?.nextCursor) context.output.progress(`\nThese are the newest ${PAGE_MAX}; narrow them with the options.`);
  context.output.progress(`\nAlso at ${origin}${DASHBOARD_PAGES.connectedClients}`);
}

/** Ends one grant, or all of a person, to a client or at a connector; in force at every gateway. */
export async function endGrants(
  context: ProgramContext,
  grant: string | undefined,
  options: Selection & { yes?: boolean },
): Promise<void> {
  const selection = selectionOf(options);
  const isSelected = Object.keys(selection).length > 0;
  if ((grant === undefined) !== isSelected) {
    throw new AppError('cli.usage', {
      detail: 'Name one grant, or all of them with --person, --client or --connector.',
    });
  }
  const which = grant === undefined ? `every grant with ${describe(selection)}` : `the grant ${grant}`;
  await confirm(context, `End ${which}? Clients are refused at once, and this cannot be undone.`, options.yes);
  const { client: api, organization } = await context.session();
  if (grant !== undefined) {
    await api.DELETE(`${GRANTS}/{grant}`, { params: { path: { organization, grant } } });
    return context.output.result({ ended: 1 }, `The grant ${grant} is ended.`);
  }
  const { data } = await api.POST(`${GRANTS}/end`, { params: { path: { organization } }, body: selection });
  const ended = data?.ended ?? 0;
  context.output.result({ ended }, ended === 1 ? '1 grant is ended.' : `${ended} grants are ended.`);
}

function selectionOf({ person, client, connector }: Selection): Selection {
  return { ...(person && { person }), ...(client && { client }), ...(connector && { connector }) };
}

function describe(selection: Selection): string {
  return Object.entries(selection)
    .map(([name, value]) => `${name} ${value}`)
    .join(' and ');
}

/** @throws AppError cli.usage */
function stateOf(state = 'open'): { state?: 'open' | 'ended' } {
  if (state === 'open' || state === 'ended') return { state };
  if (state === 'all') return {};
  throw new AppError('cli.usage', { detail: `--state takes open, ended or all; ${state} is none.` });
}
