import { isSuccess, statusOf } from '../checks/check-endpoint.ts';
import { checkServerMetadata, chosenForm, metadataForms } from '../checks/check-server-metadata.ts';
import { checkRegistration, checkUnknownClient } from '../checks/check-sign-in.ts';
import { type Found, found } from '../rules/index.ts';
import { type Json, parseObject } from '../wire/rpc.ts';
import type { Exchange } from '../wire/wire.ts';
import { PROBE_USER_AGENT } from './endpoint-steps.ts';
import { type Context, notOffered, type Outcome, type ServerMetadata, type Way } from './step.ts';

/** Claude's callbacks: hosted surfaces use both. */
export const CLAUDE_CALLBACKS = ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'];
const CLAUDE_DOCUMENT = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const CLAUDE_CODE_DOCUMENT = 'https://claude.ai/oauth/claude-code-client-metadata';

/** All forms of the metadata, and the one that clients use. @see RFC 8414 §3 */
export async function findServer(context: Context, issuer: string): Promise<Outcome<ServerMetadata>> {
  const { wire, bounds } = context;
  const answers: Exchange[] = [];
  for (const form of metadataForms(new URL(issuer))) {
    const headers = { accept: 'application/json', 'user-agent': PROBE_USER_AGENT };
    answers.push(await wire.send(form, { headers, timeoutMs: bounds.discoveryMs }));
  }
  const findings = checkServerMetadata(issuer, answers);
  const chosen = chosenForm(answers);
  const document = chosen === null ? null : parseObject(chosen.text);
  const canContinue = document !== null && findings.every(({ rule }) => rule !== 'server.endpoints');
  // The two endpoints were checked, and the issuer is compared wherever it counts.
  return { findings, value: canContinue ? (document as unknown as ServerMetadata) : null };
}

/** A client that the authorization server knows, or takes from its document. */
export interface KnownClient {
  readonly id: string;
  readonly secret: string | null;
  readonly redirectUri: string;
  /** Authorization requests that must not be refused either, each with its rule. */
  readonly others: readonly {
    readonly id: string;
    readonly redirectUri: string;
    readonly rule: 'authorize.callback' | 'authorize.loopback';
  }[];
}

export interface RegisterOptions {
  readonly redirectUri: string;
  /** A client that was made by hand. */
  readonly given?: { readonly id: string; readonly secret: string | null } | undefined;
}

/** Becomes known to the authorization server in one of the ways. */
export async function register(
  context: Context,
  metadata: ServerMetadata,
  way: Way,
  options: RegisterOptions,
): Promise<Outcome<KnownClient>> {
  if (way === 'cimd') return fromDocument(metadata, options);
  if (way === 'static') {
    const { given, redirectUri } = options;
    if (given === undefined) return notOffered('no client id was given');
    if (given.secret !== null) context.wire.redactor.hide(given.secret);
    return { findings: [], value: { ...given, redirectUri, others: [] } };
  }
  const { registration_endpoint: endpoint, token_endpoint_auth_methods_supported: methods } = metadata;
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return notOffered('the server takes no registrations');
  if (way === 'dcr') return registerPublic(context, metadata, { endpoint, redirectUri: options.redirectUri });
  if (!Array.isArray(methods) || !methods.includes('client_secret_post')) {
    return notOffered('the server does not offer client_secret_post');
  }
  return registerConfidential(context, { endpoint, redirectUri: options.redirectUri });
}

function fromDocument(metadata: ServerMetadata, { redirectUri }: RegisterOptions): Outcome<KnownClient> {
  if (metadata.client_id_metadata_document_supported !== true)
    return notOffered('the server takes no metadata documents');
  const others = [
    { id: CLAUDE_DOCUMENT, redirectUri: CLAUDE_CALLBACKS[0] ?? '', rule: 'authorize.callback' },
    { id: CLAUDE_CODE_DOCUMENT, redirectUri: 'http://localhost:43117/callback', rule: 'authorize.loopback' },
    { id: CLAUDE_CODE_DOCUMENT, redirectUri: 'http://127.0.0.1:43117/callback', rule: 'authorize.loopback' },
  ] as const;
  return { findings: [], value: { id: CLAUDE_CODE_DOCUMENT, secret: null, redirectUri, others } };
}

interface At {
  readonly endpoint: string;
  readonly redirectUri: string;
}

async function registerPublic(
  context: Context,
  metadata: ServerMetadata,
  { endpoint, redirectUri }: At,
): Promise<Outcome<KnownClient>> {
  const own = await sendRegistration(context, endpoint, {
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
  });
  const findings = checkRegistration(own, [redirectUri]);
  const hosted = { redirect_uris: CLAUDE_CALLBACKS, token_endpoint_auth_method: 'none', client_name: 'Claude' };
  const first = await sendRegistration(context, endpoint, hosted);
  findings.push(...checkRegistration(first, CLAUDE_CALLBACKS));
  if (isSuccess(first)) findings.push(...refusedAgain(await sendRegistration(context, endpoint, hosted)));
  const { token_endpoint: tokenEndpoint } = metadata;
  const unknown = await context.wire.send(tokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'no-such-token',
      client_id: 'no-such-client',
    }).toString(),
    timeoutMs: context.bounds.tokenMs,
  });
  findings.push(...checkUnknownClient(unknown));
  const id = parseObject(own.text)?.client_id;
  if (!isSuccess(own) || typeof id !== 'string') return { findings, value: null };
  const hostedId = parseObject(first.text)?.client_id;
  const others =
    typeof hostedId !== 'string'
      ? []
      : CLAUDE_CALLBACKS.map((uri) => ({ id: hostedId, redirectUri: uri, rule: 'authorize.callback' as const }));
  return { findings, value: { id, secret: null, redirectUri, others } };
}

const refusedAgain = (answer: Exchange): Found[] =>
  isSuccess(answer) ? [] : [found('register.twice', statusOf(answer))];

async function registerConfidential(context: Context, { endpoint, redirectUri }: At): Promise<Outcome<KnownClient>> {
  const asked = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_post' };
  const answer = await sendRegistration(context, endpoint, asked);
  const { client_id: id, client_secret: secret } = parseObject(answer.text) ?? {};
  if (!isSuccess(answer) || typeof id !== 'string' || typeof secret !== 'string') {
    return { findings: [found('register.confidential', statusOf(answer))], value: null };
  }
  context.wire.redactor.hide(secret);
  return { findings: checkRegistration(answer, [redirectUri]), value: { id, secret, redirectUri, others: [] } };
}

function sendRegistration({ wire, bounds }: Context, endpoint: string, metadata: Json): Promise<Exchange> {
  const common = {
    client_name: 'Patchbay Doctor',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
  return wire.send(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': PROBE_USER_AGENT },
    body: JSON.stringify({ ...common, ...metadata }),
    timeoutMs: bounds.discoveryMs,
  });
}

const ORIGIN = 'https://inspector.example';

/** Needs of a page of another origin: to read the documents, and to ask the two endpoints. */
export async function checkCors(
  { wire, bounds: { discoveryMs: timeoutMs } }: Context,
  { documents, metadata }: { readonly documents: readonly string[]; readonly metadata: ServerMetadata },
): Promise<Outcome<true>> {
  const findings: Found[] = [];
  const allows = ({ headers }: Exchange) => ['*', ORIGIN].includes(headers.get('access-control-allow-origin') ?? '');
  for (const url of documents) {
    const answer = await wire.send(url, { headers: { origin: ORIGIN, accept: 'application/json' }, timeoutMs });
    if (!allows(answer)) findings.push(found('cors.metadata', new URL(url).pathname));
  }
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  for (const endpoint of [metadata.token_endpoint, metadata.registration_endpoint]) {
    if (typeof endpoint !== 'string') continue;
    const answer = await wire.send(endpoint, { method: 'OPTIONS', headers: { origin: ORIGIN, ...asked }, timeoutMs });
    const takesType = /\*|content-type/i.test(answer.headers.get('access-control-allow-headers') ?? '');
    if (!isSuccess(answer) || !allows(answer) || !takesType) {
      findings.push(found('cors.preflight', `${new URL(endpoint).pathname}: ${statusOf(answer)}`));
    }
  }
  return { findings, value: true };
}
