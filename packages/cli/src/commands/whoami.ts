import type { ProgramContext } from '../program-context.ts';

/** Shows which installation, organization and sign-in or key the other commands use, and where they come from. */
export async function whoami(context: ProgramContext): Promise<void> {
  const session = await context.session();
  const { data: me } = await session.client.GET('/api/v1/me');
  const key = me?.apiKey
    ? `${me.apiKey.name} (kind ${me.apiKey.kind}, until ${me.apiKey.expiresAt.slice(0, 10)})`
    : null;
  const person = me?.person ? `${me.person.name} <${me.person.email}>` : null;
  const signIn = me?.signIn ?? null;
  context.output.result({ origin: session.origin, organization: session.organization, source: session.source, me }, [
    `Installation  ${session.origin}`,
    `Organization  ${session.organization}`,
    ...(person === null ? [] : [`Person        ${person}`]),
    ...(key === null ? [] : [`Key           ${key}`]),
    ...(signIn === null
      ? []
      : [
          `Signed in     until ${signIn.expiresAt.slice(0, 16).replace('T', ' ')} UTC, through ${signIn.client.name}`,
          `Scopes        ${signIn.scopes.join(', ')}`,
        ]),
    `Known from    ${session.source}`,
  ]);
}
