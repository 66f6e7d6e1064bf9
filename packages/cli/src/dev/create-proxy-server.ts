import { ProtocolError, Server, type ServerContext } from '@modelcontextprotocol/server';
import { AppError } from '@patchbay/foundation';
import { META, objectAt, stringAt } from '@patchbay/mcp';
import type { InvocationMethod, InvocationOutcome, JsonObject } from '@patchbay/sandbox-protocol';
import type { LocalRequest, LocalSandbox } from './local-sandbox.ts';

/** Which methods a capability brings. */
const METHODS = {
  tools: ['tools/list', 'tools/call'],
  prompts: ['prompts/list', 'prompts/get'],
  resources: ['resources/list', 'resources/templates/list', 'resources/read'],
  completions: ['completion/complete'],
} as const satisfies Record<string, readonly InvocationMethod[]>;

/** A server that has what the connector has, and asks the sandbox for everything. */
export function createProxyServer(sandbox: LocalSandbox): Server {
  const { server: info, capabilities } = sandbox.manifest;
  const proxy = new Server(
    { name: info.name, version: info.version, ...(info.title !== null && { title: info.title }) },
    { capabilities, ...(info.instructions !== null && { instructions: info.instructions }) },
  );
  for (const [capability, methods] of Object.entries(METHODS)) {
    if (!(capability in capabilities)) continue;
    for (const method of methods) {
      // The result is the connector's own; the library checks its shape for the client's protocol revision.
      proxy.setRequestHandler(method, async (request, mcp) => (await ask(sandbox, method, request, mcp)) as never);
    }
  }
  return proxy;
}

async function ask(
  sandbox: LocalSandbox,
  method: InvocationMethod,
  request: unknown,
  mcp: ServerContext,
): Promise<JsonObject> {
  // The library has checked the request against the method's schema.
  const { _meta, ...params } = (request as { params?: JsonObject }).params ?? {};
  const token = mcp.mcpReq._meta?.progressToken;
  const outcome = await run(() =>
    sandbox.request({
      method,
      params: {
        ...params,
        // Taken off by the library where the protocol has them beside the parameters; the connector expects them back.
        ...(mcp.mcpReq.inputResponses && { inputResponses: mcp.mcpReq.inputResponses as JsonObject }),
      },
      client: clientOf(mcp),
      capabilities: objectAt(envelopeOf(mcp), META.clientCapabilities) ?? {},
      logLevel: stringAt(envelopeOf(mcp), META.logLevel),
      signal: mcp.mcpReq.signal,
      onNotification: (notification) => {
        const isProgress = notification.method === 'notifications/progress';
        if (isProgress && token === undefined) return;
        const given = isProgress ? { ...notification.params, progressToken: token } : notification.params;
        // A client that disconnected misses it; the call itself reports that.
        mcp.mcpReq.notify({ method: notification.method, params: given }).catch(() => {});
      },
    }),
  );
  if (outcome.kind === 'error') throw new ProtocolError(outcome.error.code, outcome.error.message, outcome.error.data);
  return outcome.result;
}

/** The `_meta` of 2026-07-28 with the client's identity and capabilities; earlier clients send none per request. */
function envelopeOf(mcp: ServerContext): JsonObject | undefined {
  // Parsed from JSON by the library, which types only the members that it reads itself.
  return mcp.mcpReq.envelope as JsonObject | undefined;
}

function clientOf(mcp: ServerContext): LocalRequest['client'] {
  const info = objectAt(envelopeOf(mcp), META.clientInfo);
  const name = stringAt(info, 'name');
  return name === undefined ? null : { name, version: stringAt(info, 'version') ?? null };
}

const INTERNAL_ERROR = -32_603;

/** A call the sandbox could not answer, as the hosted URL would report it. */
async function run(request: () => Promise<InvocationOutcome>): Promise<InvocationOutcome> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new ProtocolError(INTERNAL_ERROR, `${error.detail} ${error.hint}`, { ...error.data, code: error.code });
  }
}
