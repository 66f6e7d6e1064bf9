/** `patchbay/describe`: all a deploy records about a version, asked of the running connector itself. */
import { isJsonObject, type JsonObject, type JsonValue } from '@patchbay/sandbox-protocol/inside';
import type { CallAnswer, ConnectorServer } from '../calls/runner-call.ts';
import type { LoadedConnector } from '../load-connector.ts';

const PAGES_MAX = 100;

const LISTS = [
  { capability: 'tools', method: 'tools/list', field: 'tools' },
  { capability: 'prompts', method: 'prompts/list', field: 'prompts' },
  { capability: 'resources', method: 'resources/list', field: 'resources' },
  { capability: 'resources', method: 'resources/templates/list', field: 'resourceTemplates' },
] as const;

/** The manifest, or the JSON-RPC error of the list that failed. */
export async function describeConnector(
  server: ConnectorServer,
  loaded: LoadedConnector,
  callId: string,
): Promise<CallAnswer> {
  const lists: Record<string, JsonValue[]> = { tools: [], prompts: [], resources: [], resourceTemplates: [] };
  for (const { capability, method, field } of LISTS) {
    if (!(capability in server.identity.capabilities)) continue;
    const answer = await listAll(server, method, field, callId);
    if (!Array.isArray(answer)) return answer;
    lists[field] = answer;
  }
  const { serverInfo, capabilities, instructions } = server.identity;
  const declared = loaded.manifest ?? {};
  return {
    result: {
      manifestVersion: 1,
      sdk: server.sdk,
      server: {
        name: serverInfo.name ?? null,
        title: serverInfo.title ?? declared.title ?? null,
        version: serverInfo.version ?? null,
        instructions: instructions ?? null,
      },
      capabilities,
      ...lists,
      egress: declared.egress ?? [],
      auth: declared.auth ?? { type: 'none' },
      scopes: declared.scopes ?? {},
      linkHosts: declared.linkHosts ?? [],
      connections: declared.connections ?? {},
      // A connector of an earlier SDK may declare some; the deploy refuses them with an explanation.
      ...(isJsonObject(declared.providers) && { providers: declared.providers }),
      dynamic: loaded.dynamic,
      secrets: declared.secrets ?? {},
      codeGeneration: loaded.codeGeneration,
    },
  };
}

/** All pages of a list, or the error that ended it. */
export async function listAll(
  server: ConnectorServer,
  method: string,
  field: string,
  callId: string,
): Promise<JsonValue[] | Extract<CallAnswer, { error: unknown }>> {
  const items: JsonValue[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const params: JsonObject = cursor === undefined ? {} : { cursor };
    const answer = await server.request({ id: `${callId}:${method}:${page}`, method, params });
    if ('error' in answer) return answer;
    const result = isJsonObject(answer.result) ? answer.result : {};
    if (Array.isArray(result[field])) items.push(...result[field]);
    if (typeof result.nextCursor !== 'string') return items;
    cursor = result.nextCursor;
  }
  return { error: { code: -32603, message: `${method} never ends: more than ${PAGES_MAX} pages.` } };
}
