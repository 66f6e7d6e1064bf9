import { AppError, DASHBOARD_PAGES } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';

/** Lists the members of the organization. */
export async function members(context: ProgramContext): Promise<void> {
  const { client, organization, origin } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/members', {
    params: { path: { organization } },
  });
  const items = data?.items ?? [];
  const rows = items.map((member) => [
    member.person.name,
    member.person.email,
    member.role,
    member.createdAt.slice(0, 10),
  ]);
  context.output.result(items, table(['NAME', 'E-MAIL', 'ROLE', 'SINCE'], rows));
  context.output.progress(`\nA person invites, changes roles and removes at ${origin}${DASHBOARD_PAGES.members}`);
}

/** Lists the roles, the strongest first, with what each adds to the next weaker one. */
export async function roles(context: ProgramContext): Promise<void> {
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/roles', {
    params: { path: { organization } },
  });
  const items = data?.items ?? [];
  const lines = items.flatMap(({ role, permissions }, at) => {
    const weaker = items[at + 1];
    const own = permissions.filter((permission) => !weaker?.permissions.includes(permission));
    const all = weaker ? `all of ${weaker.role}, and ` : '';
    return [`${role.padEnd(10)} ${all}${own.join(', ')}`];
  });
  context.output.result(items, lines);
}

/** Lists audit events, newest first. */
export async function audit(context: ProgramContext, options: { lines: string }): Promise<void> {
  const limit = Number(options.lines);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new AppError('cli.usage', { detail: '--lines takes a number from 1 to 200.' });
  }
  const { client, organization } = await context.session();
  const { data } = await client.GET('/api/v1/organizations/{organization}/audit-events', {
    params: { path: { organization }, query: { limit } },
  });
  const items = data?.items ?? [];
  const rows = items.map((event) => [
    event.at.slice(0, 19).replace('T', ' '),
    event.actor.name ?? event.actor.kind,
    event.action,
    `${event.target.type} ${event.target.id}`,
  ]);
  context.output.result(
    items,
    items.length === 0 ? 'There is no audit event.' : table(['AT (UTC)', 'ACTOR', 'ACTION', 'TARGET'], rows),
  );
}
