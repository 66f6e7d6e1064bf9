import { type ApiClient, createApiClient } from '@patchbay/api-client';
import { AppError, DASHBOARD_PAGES } from '@patchbay/foundation';
import type { CliConfig } from './config.ts';
import { findInstallation, type ReadyFile, readInstallation } from './find-installation.ts';
import type { LoginStore } from './login-store.ts';
import { type SignedInLogin, StoredTokens } from './sign-in/stored-tokens.ts';
import { USER_AGENT } from './user-agent.ts';

/** The installation a command talks to, and as whom. */
export interface Session {
  readonly origin: string;
  readonly organization: string;
  readonly client: ApiClient;
  /** For the hosted URL; null when only an administrative key is known. */
  readonly mcpApiKey: string | null;
  /** Where this came from, in words. */
  readonly source: string;
}

export interface SessionRequest {
  readonly config: CliConfig;
  readonly logins: LoginStore;
  readonly origin?: string;
  readonly organization?: string;
  /**
   * Directories from which `.patchbay/ready.json` is searched upwards: the working directory, and that of this program.
   */
  readonly searchFrom: readonly string[];
}

/**
 * The installation and who calls it, in this order: a key in the environment, a data directory in the environment, the
 * login, the installation this directory belongs to. @throws AppError cli.not_connected when there is none
 */
export async function openSession(request: SessionRequest): Promise<Session> {
  const { config } = request;
  const origin = request.origin ?? config.PATCHBAY_ORIGIN;
  if (config.PATCHBAY_API_KEY !== undefined) {
    if (origin === undefined) {
      throw new AppError('cli.not_connected', {
        detail: 'PATCHBAY_API_KEY is set, but neither PATCHBAY_ORIGIN nor --origin is.',
      });
    }
    return sessionOf(request, { origin, apiKey: config.PATCHBAY_API_KEY, source: 'PATCHBAY_API_KEY' });
  }
  const installation = await findLocal(request, origin);
  if (installation !== null) return installation;
  throw new AppError('cli.not_connected', {
    detail:
      origin === undefined
        ? 'There is no login, and no running installation in this directory or above it.'
        : `There is no login for ${origin}.`,
  });
}

async function findLocal(request: SessionRequest, origin: string | undefined): Promise<Session | null> {
  const { config } = request;
  const fits = (candidate: { origin: string }) => origin === undefined || sameOrigin(candidate.origin, origin);
  if (config.PATCHBAY_DATA !== undefined) {
    const ready = await readInstallation(config.PATCHBAY_DATA);
    if (ready !== null && fits(ready)) return sessionOf(request, knownFrom(ready, config.PATCHBAY_DATA));
  }
  const login = await request.logins.find();
  if (login !== null && fits(login)) return sessionOf(request, { ...login, source: request.logins.file });
  for (const from of request.searchFrom) {
    const ready = await findInstallation(from);
    if (ready !== null && fits(ready)) return sessionOf(request, knownFrom(ready, 'ready.json of this installation'));
  }
  return null;
}

interface Known {
  readonly origin: string;
  readonly apiKey?: string | undefined;
  readonly signIn?: SignedInLogin['signIn'] | undefined;
  readonly organization?: string | null;
  readonly mcpApiKey?: string | null | undefined;
  readonly source: string;
}

/** @throws AppError cli.not_connected for an installation without a demo: it hands out no keys by itself */
function knownFrom({ origin, apiKey, organization, mcpApiKey }: ReadyFile, source: string): Known {
  if (apiKey !== null) return { origin, apiKey, organization, mcpApiKey, source };
  throw new AppError('cli.not_connected', {
    detail: `${origin} runs here without a demo, so its ready.json holds no API key. Create one at ${origin}${DASHBOARD_PAGES.newApiKey}?kind=admin and give it to \`patchbay login --origin ${origin}\`.`,
  });
}

async function sessionOf(request: SessionRequest, known: Known): Promise<Session> {
  const client = clientOf(request.logins, known);
  const organization =
    request.organization ??
    request.config.PATCHBAY_ORGANIZATION ??
    known.organization ??
    (await onlyOrganization(client));
  return {
    origin: known.origin,
    organization,
    client,
    mcpApiKey: request.config.PATCHBAY_MCP_KEY ?? known.mcpApiKey ?? null,
    source: known.source,
  };
}

/** A key as it is; a person's sign-in through the tokens that are stored. */
function clientOf(logins: LoginStore, { origin, signIn, apiKey }: Known): ApiClient {
  if (signIn === undefined)
    return createApiClient({ origin, userAgent: USER_AGENT, ...(apiKey !== undefined && { apiKey }) });
  const { fetch } = new StoredTokens(logins, { origin, organization: null, signIn });
  return createApiClient({ origin, userAgent: USER_AGENT, fetch });
}

/** @throws AppError cli.organization_unclear unless the caller is in exactly one */
export async function onlyOrganization(client: ApiClient): Promise<string> {
  const { data } = await client.GET('/api/v1/me');
  const slugs = data?.organizations.map((one) => one.slug) ?? [];
  const [only] = slugs;
  if (only !== undefined && slugs.length === 1) return only;
  throw new AppError('cli.organization_unclear', {
    detail:
      slugs.length === 0 ? 'The key or person belongs to no organization.' : `It may be one of: ${slugs.join(', ')}.`,
  });
}

function sameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}
