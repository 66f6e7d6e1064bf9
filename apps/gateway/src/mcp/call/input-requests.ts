import { AppError } from '@patchbay/foundation';
import {
  fault,
  isJsonObject,
  type JsonObject,
  META,
  missingCapability as missingCapabilityFault,
  objectAt,
  own,
  RPC_CODES,
  type RpcError,
  type RpcFault,
  stringAt,
} from '@patchbay/mcp';
import type { Call, CallReply } from '../context/call.ts';

/** The methods whose results may ask for input. */
const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/**
 * The fault of an `input_required` result for a client of 2026-07-28, or null. A connector on an SDK never has one; one
 * that writes its results by hand is held to the same rules.
 *
 * @see 2026-07-28 basic/patterns/mrtr
 */
export function checkInputRequests(call: Call, result: JsonObject): RpcFault | null {
  const { id, meta } = call.request;
  const wrong = (why: string) => fault(200, RPC_CODES.internal, `The connector asks for input ${why}.`, { id });
  if (!MAY_ASK.has(call.method)) return wrong(`where ${call.method} allows none`);
  const asked = objectAt(result, 'inputRequests');
  if (asked === undefined && typeof own(result, 'requestState') !== 'string') return wrong('without naming it');
  const declared = objectAt(meta, META.clientCapabilities) ?? {};
  for (const request of Object.values(asked ?? {})) {
    const method = isJsonObject(request) ? stringAt(request, 'method') : undefined;
    const params = isJsonObject(request) ? objectAt(request, 'params') : undefined;
    const missing = method === undefined ? undefined : missingCapability(method, params ?? {}, declared);
    if (missing === undefined) return wrong(`by ${method ?? 'no method'}, which no client answers`);
    if (missing !== null) return missingCapabilityFault(id, missing);
  }
  return null;
}

/**
 * A connector of 2025 that needs its person at a URL reports an error; for a client of 2026-07-28 that is an input request.
 * The `input_required` result of such an error; null for every other one.
 *
 * @see 2025-11-25 client/elicitation, "URL Mode Elicitation Required Error"
 */
export function urlInputRequests({ code, data }: RpcError): JsonObject | null {
  const elicitations = isJsonObject(data) ? data.elicitations : undefined;
  if (code !== RPC_CODES.legacyUrlElicitationRequired || !Array.isArray(elicitations)) return null;
  const asked = elicitations.filter(isJsonObject).map((params, index) => {
    return [`url-${index + 1}`, { method: 'elicitation/create', params: { ...params, mode: 'url' } }] as const;
  });
  return asked.length === 0 ? null : { inputRequests: Object.fromEntries(asked) };
}

/**
 * Refuses a connector's question that would send its person to a page of this installation: to a consent or an approval
 * in the platform's own look. Both forms of such a question come here, before either era gets it.
 *
 * @param origin of the installation
 * @throws AppError sandbox.invalid_result
 * @see 2026-07-28 client/elicitation, "Safe URL Handling"
 */
export function refuseOwnPages(reply: CallReply, origin: string): void {
  for (const url of askedUrls(reply)) {
    const objection = objectionToUrl(url, new URL(origin));
    if (objection === null) continue;
    throw new AppError('sandbox.invalid_result', {
      detail: `The connector sends its person to ${objection}.`,
      hint: 'Send people to a page of the upstream service, by https.',
    });
  }
}

function askedUrls(reply: CallReply): string[] {
  const questions = reply.kind === 'input_required' ? Object.values(objectAt(reply.result, 'inputRequests') ?? {}) : [];
  const params = questions.filter(isJsonObject).map((question) => objectAt(question, 'params'));
  const data = reply.kind === 'error' && isJsonObject(reply.error.data) ? reply.error.data.elicitations : undefined;
  const elicitations = Array.isArray(data) ? data.filter(isJsonObject) : [];
  return [...params, ...elicitations].flatMap((one) => stringAt(one, 'url') ?? []);
}

function objectionToUrl(text: string, own: URL): string | null {
  if (!URL.canParse(text)) return 'an address that is no URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== own.protocol) return 'an address that is not https';
  if (url.username !== '' || url.password !== '') return 'an address with a user name before its host';
  return hostOf(url) === hostOf(own) ? 'a page of this installation' : null;
}

/** On every port, since browsers send the same cookies to all; without the dot that means the same name. */
const hostOf = ({ hostname }: URL) => hostname.replace(/\.$/, '');

/**
 * The capability that a client lacks to be sent this request; null when it may be sent, undefined when no client may
 * be.
 *
 * @see 2026-07-28 basic/patterns/mrtr; 2025-11-25 client/elicitation, client/sampling, client/roots: "Capabilities"
 */
export function missingCapability(
  method: string,
  params: JsonObject,
  capabilities: JsonObject,
): JsonObject | null | undefined {
  switch (method) {
    case 'elicitation/create': {
      const declared = objectAt(capabilities, 'elicitation');
      if (own(params, 'mode') === 'url') {
        return declared && own(declared, 'url') !== undefined ? null : { elicitation: { url: {} } };
      }
      // Before there were modes, an empty object meant forms.
      const takesForms = declared && (Object.keys(declared).length === 0 || own(declared, 'form') !== undefined);
      return takesForms ? null : { elicitation: { form: {} } };
    }
    case 'sampling/createMessage': {
      const declared = objectAt(capabilities, 'sampling');
      const needsTools = own(params, 'tools') !== undefined || own(params, 'toolChoice') !== undefined;
      if (declared && (!needsTools || own(declared, 'tools') !== undefined)) return null;
      return { sampling: needsTools ? { tools: {} } : {} };
    }
    case 'roots/list':
      return objectAt(capabilities, 'roots') === undefined ? { roots: {} } : null;
    default:
      return undefined;
  }
}
