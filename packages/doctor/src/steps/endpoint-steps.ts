import {
  type Answer,
  checkChallenge,
  checkFirstAnswers,
  checkResource,
  checkUrl,
  isAbsolute,
  isDocument,
  isSuccess,
} from '../checks/check-endpoint.ts';
import { found } from '../rules/index.ts';
import { parseChallenge } from '../wire/challenge.ts';
import { callRpc, LEGACY, MODERN, parseObject } from '../wire/rpc.ts';
import type { Exchange } from '../wire/wire.ts';
import { WireFailure } from '../wire/wire-failure.ts';
import type { Context, Outcome, ProtectedResource } from './step.ts';

/** The first program of Claude that asks, and the one that reads the documents. */
export const PROBE_USER_AGENT = 'python-httpx/0.28.1';
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The first contact: any `Accept`, both types, and GET; all without a token. */
export async function reach({ wire, url, bounds }: Context): Promise<Outcome<{ readonly first: Exchange }>> {
  const findings = checkUrl(url);
  const probe = {
    method: 'initialize',
    revision: LEGACY,
    userAgent: PROBE_USER_AGENT,
    timeoutMs: bounds.initializeMs,
  } as const;
  try {
    const any = await callRpc(wire, url, { ...probe, accept: '*/*' });
    const both = any.exchange.status === 406 ? await callRpc(wire, url, probe) : any;
    const get = await wire.send(url, {
      headers: { accept: 'text/event-stream', 'user-agent': PROBE_USER_AGENT },
      headOnly: true,
      timeoutMs: bounds.initializeMs,
    });
    findings.push(...checkFirstAnswers(any.exchange, both.exchange, get));
    const isThere =
      both.exchange.status < 500 &&
      both.exchange.status !== 404 &&
      !(both.exchange.status >= 300 && both.exchange.status < 400);
    return { findings, value: isThere ? { first: both.exchange } : null };
  } catch (error) {
    if (!(error instanceof WireFailure)) throw error;
    if (error.kind === 'certificate')
      return { findings: [...findings, found('reach.certificate', error.message)], value: null };
    if (error.kind === 'timeout')
      return { findings: [...findings, found('initialize.slow', error.message)], value: null };
    if (error.kind === 'unreachable')
      return { findings: [...findings, found('reach.unreachable', error.message)], value: null };
    throw error;
  }
}

export interface Asked {
  /** Whether the server has no sign-in: it answered, and nothing declares it a protected resource. */
  readonly isOpen: boolean;
  readonly scope: string | null;
  readonly named: URL | null;
  readonly path: Exchange;
  readonly root: Exchange;
}

/** Requests without a token, and with an invented one. */
export async function askWithoutToken({ wire, url, bounds }: Context): Promise<Outcome<Asked>> {
  const timeoutMs = bounds.discoveryMs;
  const initialize = (await callRpc(wire, url, { method: 'initialize', revision: LEGACY, timeoutMs })).exchange;
  const discover = (await callRpc(wire, url, { method: 'server/discover', revision: MODERN, timeoutMs })).exchange;
  const metadata = (path: string) =>
    wire.send(new URL(path, url.origin), {
      headers: { accept: 'application/json', 'user-agent': PROBE_USER_AGENT },
      timeoutMs,
    });
  const path = await metadata(`${WELL_KNOWN}${url.pathname === '/' ? '' : url.pathname}`);
  const root = await metadata(WELL_KNOWN);
  const hasDocument = [path, root].some((answer) => isAbout(answer, url));
  const needsToken = initialize.status === 401;
  const badToken = needsToken
    ? (await callRpc(wire, url, { method: 'initialize', revision: LEGACY, token: 'no-such-token', timeoutMs })).exchange
    : null;
  const findings = checkChallenge({ initialize, discover, badToken, hasDocument });
  const challenge = parseChallenge(initialize.headers.get('www-authenticate'));
  const text = challenge?.parameters.get('resource_metadata');
  const named = text !== undefined && isAbsolute(text) ? new URL(text) : null;
  const scope = challenge?.parameters.get('scope') ?? null;
  const isOpen = isSuccess(initialize) && !hasDocument;
  const goesOn = isOpen || needsToken || hasDocument;
  return { findings, value: goesOn ? { isOpen, scope, named, path, root } : null };
}

/** Whether a document is about this URL; at a root it may be about a neighbour. */
function isAbout(answer: Answer, url: URL): boolean {
  if (!isDocument(answer)) return false;
  const { resource } = parseObject(answer.text) ?? {};
  return typeof resource === 'string' && URL.canParse(resource) && new URL(resource).href === url.href;
}

/** The protected-resource document, from where a client takes it. */
export async function findResource({ wire, url, bounds }: Context, asked: Asked): Promise<Outcome<ProtectedResource>> {
  const { path, root, scope } = asked;
  const isFetched = asked.named === null || asked.named.href === path.url || asked.named.href === root.url;
  const named = isFetched
    ? asked.named && (asked.named.href === path.url ? path : root)
    : await wire.send(asked.named ?? url, { headers: { accept: 'application/json' }, timeoutMs: bounds.discoveryMs });
  const findings = checkResource({ url, named, path, root });
  const chosen = named ?? (isDocument(path) ? path : root);
  const document = isDocument(chosen) ? parseObject(chosen.text) : null;
  const servers: readonly unknown[] = Array.isArray(document?.authorization_servers)
    ? document.authorization_servers
    : [];
  const [issuer] = servers;
  if (document === null || typeof issuer !== 'string' || !isAbsolute(issuer)) return { findings, value: null };
  const listed = Array.isArray(document.scopes_supported) ? document.scopes_supported.join(' ') : null;
  const resource = typeof document.resource === 'string' ? document.resource : url.href;
  return { findings, value: { resource, issuer, scope: scope ?? listed } };
}
