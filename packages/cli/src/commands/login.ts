import { createApiClient } from '@patchbay/api-client';
import { AppError, DASHBOARD_PAGES } from '@patchbay/foundation';
import { readSecretValue } from '../confirm.ts';
import type { ProgramContext } from '../program-context.ts';
import { onlyOrganization, USER_AGENT } from '../session.ts';

/** Keeps an API key for later commands, after the installation has accepted it. */
export async function login(context: ProgramContext): Promise<void> {
  const given = context.origin ?? context.config.PATCHBAY_ORIGIN;
  if (given === undefined) throw new AppError('cli.usage', { detail: 'Name the installation with --origin URL.' });
  if (!URL.canParse(given)) throw new AppError('cli.usage', { detail: `${given} is not a URL.` });
  const { origin, protocol, hostname } = new URL(given);
  if (protocol !== 'https:' && hostname !== 'localhost') {
    throw new AppError('cli.usage', { detail: 'A key is sent over https, or to localhost, and nowhere else.' });
  }
  const page = `${origin}${DASHBOARD_PAGES.newApiKey}?kind=admin`;
  if (context.interactive) context.output.progress(`Create a key at ${page} and paste it here.`);
  const apiKey = await readSecretValue(
    context,
    `API key for ${origin} (kind admin or deploy; kind mcp for calls)`,
    `Create a key at ${page} and pipe it in, or run this in a terminal to be asked.`,
  );
  if (apiKey.startsWith('pbk_mcp_')) return addCallKey(context, origin, apiKey);
  const client = createApiClient({ origin, apiKey, userAgent: USER_AGENT });
  const organization = context.organization ?? (await onlyOrganization(client));
  await context.logins.write({ origin, organization, apiKey });
  context.output.result({ origin, organization }, `Signed in to ${origin}, organization ${organization}.`);
}

/** A key of kind mcp opens no administration: it joins the login that is there. */
async function addCallKey(context: ProgramContext, origin: string, mcpApiKey: string): Promise<void> {
  const known = await context.logins.find();
  if (known?.origin !== origin) {
    throw new AppError('cli.not_connected', {
      detail: `A key of kind mcp joins a login, and there is none for ${origin}.`,
    });
  }
  await context.logins.write({ ...known, mcpApiKey });
  context.output.result({ origin, organization: known.organization }, `\`patchbay call\` uses this key for ${origin}.`);
}

/** Forgets the key on this machine. It stays valid until a person revokes it. */
export async function logout(context: ProgramContext): Promise<void> {
  const known = await context.logins.find();
  await context.logins.remove();
  const text =
    known === null
      ? 'There was no login.'
      : `Signed out of ${known.origin}. The key itself stays valid until it is revoked at ${known.origin}${DASHBOARD_PAGES.apiKeys}.`;
  context.output.result({ origin: known?.origin ?? null }, text);
}
