import { text as readText } from 'node:stream/consumers';
import { type ApiClient, createApiClient, type Me } from '@patchbay/api-client';
import { AppError, DASHBOARD_PAGES } from '@patchbay/foundation';
import { readSecretValue } from '../confirm.ts';
import { hasBrowser } from '../open-browser.ts';
import type { ProgramContext } from '../program-context.ts';
import { onlyOrganization } from '../session.ts';
import { signInWithBrowser } from '../sign-in/browser-sign-in.ts';
import { signInWithCode } from '../sign-in/device-sign-in.ts';
import { readPort } from '../sign-in/read-port.ts';
import { USER_AGENT } from '../user-agent.ts';

interface LoginOptions {
  readonly key?: boolean;
  readonly browser: boolean;
  readonly port?: string;
  readonly scope?: string;
}

/** All that the command line has commands for; the person may leave some out. */
const SCOPES = 'organization:read logs:read connectors:deploy connectors:manage organization:manage';

/** Signs in, and keeps what later commands need: a person's sign-in, or an API key. */
export async function login(context: ProgramContext, options: LoginOptions): Promise<void> {
  const origin = originOf(context);
  // Programs of CI systems have no person to answer.
  const isForKey = options.key === true || (context.config.CI !== undefined && options.browser);
  if (isForKey) return keepKey(context, origin, await askForKey(context, origin));
  // A key that is piped in needs no option, as in earlier releases.
  const piped = context.stdin.isTTY || context.interactive ? '' : (await readText(context.stdin)).trim();
  if (piped !== '') return keepKey(context, origin, piped);
  const port = readPort(options.port);
  const resource = `${origin}/api/v1`;
  const { scope = SCOPES } = options;
  const signIn =
    options.browser && hasBrowser(context.config)
      ? await signInWithBrowser(context, { origin, resource, scope, port })
      : await signInWithCode(context, { origin, resource, scope });
  const client = createApiClient({ origin, apiKey: signIn.accessToken, userAgent: USER_AGENT });
  const { data: me } = await client.GET('/api/v1/me');
  const organization = context.organization ?? organizationOf(me);
  const known = await context.logins.find();
  const mcpApiKey = known?.origin === origin ? known.mcpApiKey : undefined;
  await context.logins.write({ origin, organization, signIn, mcpApiKey });
  const until = me?.signIn?.expiresAt ?? signIn.expiresAt;
  context.output.result({ origin, organization, person: me?.person ?? null, scopes: signIn.scopes, until }, [
    `Signed in to ${origin} as ${me?.person?.email ?? 'yourself'}${organization === null ? '' : `, organization ${organization}`}.`,
    ...(signIn.refreshToken === null ? [`It lasts until ${until.slice(0, 16).replace('T', ' ')} UTC.`] : []),
    ...(organization === null ? [severalText(me)] : []),
  ]);
}

/** @throws AppError cli.usage */
function originOf(context: ProgramContext): string {
  const given = context.origin ?? context.config.PATCHBAY_ORIGIN;
  if (given === undefined) throw new AppError('cli.usage', { detail: 'Name the installation with --origin URL.' });
  if (!URL.canParse(given)) throw new AppError('cli.usage', { detail: `${given} is not a URL.` });
  const { origin, protocol, hostname } = new URL(given);
  if (protocol !== 'https:' && hostname !== 'localhost') {
    throw new AppError('cli.usage', {
      detail: 'A sign-in or key is sent over https, or to localhost, and nowhere else.',
    });
  }
  return origin;
}

/** The organization of later commands, when there is no choice. */
function organizationOf(me: Me | undefined): string | null {
  const [only, ...others] = me?.organizations ?? [];
  return only !== undefined && others.length === 0 ? only.slug : null;
}

function severalText(me: Me | undefined): string {
  const slugs = me?.organizations.map(({ slug }) => slug) ?? [];
  return slugs.length === 0
    ? 'You are a member of no organization yet.'
    : `Name the organization with --organization, or with PATCHBAY_ORGANIZATION: ${slugs.join(', ')}.`;
}

async function askForKey(context: ProgramContext, origin: string): Promise<string> {
  const page = `${origin}${DASHBOARD_PAGES.newApiKey}?kind=admin`;
  if (context.interactive) context.output.progress(`Create a key at ${page} and paste it here.`);
  return readSecretValue(
    context,
    `API key for ${origin} (kind admin or deploy; kind mcp for calls)`,
    `Create a key at ${page} and pipe it in, or run this in a terminal to be asked.`,
  );
}

/** Keeps an API key, after the installation has accepted it. */
async function keepKey(context: ProgramContext, origin: string, apiKey: string): Promise<void> {
  if (apiKey.startsWith('pbk_mcp_')) return addCallKey(context, origin, apiKey);
  const client: ApiClient = createApiClient({ origin, apiKey, userAgent: USER_AGENT });
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
