import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ManifestView,
  objectAt,
  own,
  stringAt,
} from '@patchbay/mcp';
import type { CallReply } from '../context/call.ts';

/** The parties of a question that sends a person to a URL. */
export interface UrlQuestionContext {
  /** The installation's own. */
  readonly origin: string;
  readonly manifest: Pick<ManifestView, 'linkHosts'>;
  readonly endpoint: Pick<Endpoint, 'connectorName' | 'organizationSlug' | 'connectorSlug'>;
}

/**
 * The reply with every question that sends its person to a URL as the client may show it: the URL as one reader of URLs
 * writes it, on a host that the version declares, and a message that begins with the connector's name. Both forms of such a
 * question come here, before a client of either era gets it.
 *
 * @throws AppError sandbox.invalid_result
 * @see 2026-07-28 client/elicitation, "Safe URL Handling"
 */
export function screenUrlQuestions(reply: CallReply, context: UrlQuestionContext): CallReply {
  if (reply.kind === 'input_required') {
    const asked = objectAt(reply.result, 'inputRequests');
    if (asked === undefined) return reply;
    const screened = Object.entries(asked).map(([name, request]) => [name, screenRequest(request, context)]);
    return { ...reply, result: { ...reply.result, inputRequests: Object.fromEntries(screened) } };
  }
  const data = reply.kind === 'error' ? reply.error.data : undefined;
  if (reply.kind !== 'error' || !isJsonObject(data) || !Array.isArray(data.elicitations)) return reply;
  const elicitations = data.elicitations.map((one) => (isJsonObject(one) ? screenParams(one, context) : one));
  return { ...reply, error: { ...reply.error, data: { ...data, elicitations } } };
}

function screenRequest(request: JsonValue, context: UrlQuestionContext): JsonValue {
  const params = isJsonObject(request) ? objectAt(request, 'params') : undefined;
  return params === undefined || !isJsonObject(request)
    ? request
    : { ...request, params: screenParams(params, context) };
}

function screenParams(params: JsonObject, { origin, manifest, endpoint }: UrlQuestionContext): JsonObject {
  if (own(params, 'url') === undefined) return params;
  const ruling = ruleUrl(stringAt(params, 'url') ?? '', { own: new URL(origin), hosts: manifest.linkHosts });
  if ('objection' in ruling) {
    throw new AppError('sandbox.invalid_result', {
      detail: `The connector sends its person to ${ruling.objection}.`,
      hint: 'Send people by https to a page of the upstream service, and declare its host in `linkHosts`.',
    });
  }
  const { connectorName, organizationSlug, connectorSlug } = endpoint;
  const asker = `${connectorName} (${organizationSlug}/${connectorSlug})`;
  return { ...params, url: ruling.url, message: `${asker} asks: ${stringAt(params, 'message') ?? ''}`.trimEnd() };
}

/**
 * The URL in its canonical form, or why no person is sent there. A name is compared as it is resolved: one in another script
 * that looks like a declared one is another name. Pure.
 */
export function ruleUrl(
  text: string,
  { own, hosts }: { readonly own: URL; readonly hosts: readonly string[] },
): { readonly url: string } | { readonly objection: string } {
  if (!URL.canParse(text)) return { objection: 'an address that is no URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:') return { objection: 'an address that is not https' };
  if (url.username !== '' || url.password !== '') return { objection: 'an address with a user name before its host' };
  if (nameOf(url.hostname) === nameOf(own.hostname)) return { objection: 'a page of this installation' };
  if (url.port !== '' || !hosts.includes(url.hostname)) return { objection: 'a host that it does not declare' };
  // A page that redirects could bring the person back here.
  return names(url, own) ? { objection: 'an address that leads on to this installation' } : { url: url.href };
}

/** On every port, since browsers send the same cookies to all; without the dot that means the same name. */
const nameOf = (hostname: string) => hostname.replace(/\.$/, '');

/** Whether path, query or fragment name the other URL's host, percent-encoded up to three times. */
function names({ pathname, search, hash }: URL, { host }: URL): boolean {
  let text = pathname + search + hash;
  for (let layer = 0; layer < 4; layer += 1) {
    if (text.toLowerCase().includes(`//${host}`)) return true;
    text = text.replaceAll(/%[0-7][0-9a-f]/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
  return false;
}
