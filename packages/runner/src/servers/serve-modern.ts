/** A server of SDK v2 under the 2026-07-28 semantics: one long-lived instance, everything about a call in its `_meta`. */
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { isJsonObject, type JsonObject, type RunnerCallContext } from '@patchbay/sandbox-protocol/inside';
import type { ConnectorServer } from '../calls/runner-call.ts';
import { StartError } from '../start-error.ts';
import { JsonRpcSession, type RpcMessage } from './json-rpc-session.ts';
import type { ServeOptions } from './serve-connector.ts';

const PROTOCOL_VERSION = '2026-07-28';
const META = 'io.modelcontextprotocol/';

export interface ModernOptions extends ServeOptions {
  readonly sdk: 'connector' | 'v2';
}

/** @throws StartError when the server does not answer `server/discover` */
export async function serveModern(server: McpServer, options: ModernOptions): Promise<ConnectorServer> {
  const { sdk, link, inCall } = options;
  const session = new JsonRpcSession(link);
  const connect = server.connect.bind(server);
  // serveStdio hands messages over from one queue, in the context of whichever came first: put each back into its own.
  server.connect = async (transport) => {
    const send = transport.send.bind(transport);
    // The entry would drop changes that no subscription of this very connection asked for; the gateway's listeners did.
    transport.send = async (message, options) => {
      // The SDK's union of messages, read field by field.
      if (!session.publish(message as RpcMessage)) await send(message, options);
    };
    await connect(transport);
    const deliver = transport.onmessage;
    transport.onmessage = (message, extra) => {
      const { id } = message as RpcMessage; // as above
      if (typeof id === 'string') inCall(id, () => deliver?.(message, { ...extra, ...session.extraOf(id) }));
      else deliver?.(message, extra);
    };
  };
  serveStdio(() => server, {
    // It has every member of a transport; its messages are typed wider than the SDK's union.
    transport: session as never,
    onerror: (error) => process.stderr.write(`${error.message}\n`),
  });
  const answer = await session.request('discover', 'server/discover', { _meta: metaOf(undefined, 'discover') });
  if ('error' in answer) throw new StartError('crashed_at_start', `server/discover: ${answer.error.message}`);
  return {
    sdk,
    identity: identityOf(answer.result),
    toolsRevision: () => session.toolsRevision,
    request: ({ id, method, params, context }) => {
      const given = isJsonObject(params._meta) ? params._meta : {};
      return session.request(id, method, { ...params, _meta: { ...given, ...metaOf(context, id) } });
    },
    // It publishes every change by itself; the receivers are decided outside.
    follow: async () => {},
    cancel: (id) => session.cancel(id),
  };
}

function metaOf(context: RunnerCallContext | undefined, id: string): JsonObject {
  return {
    progressToken: id,
    [`${META}protocolVersion`]: PROTOCOL_VERSION,
    [`${META}clientCapabilities`]: context?.capabilities ?? {},
    [`${META}clientInfo`]: implementationOf(context?.client),
    ...(context?.logLevel && { [`${META}logLevel`]: context.logLevel }),
    ...(context?.trace && { ...context.trace }),
  };
}

/** The protocol has no client without a version, so an unknown one is empty there. */
function implementationOf(client: RunnerCallContext['client'] | undefined): JsonObject {
  return client ? { name: client.name, version: client.version ?? '' } : { name: 'patchbay', version: '1' };
}

function identityOf(result: unknown): ConnectorServer['identity'] {
  const found = isJsonObject(result) ? result : {};
  const meta = isJsonObject(found._meta) ? found._meta : {};
  const serverInfo = meta[`${META}serverInfo`];
  return {
    serverInfo: isJsonObject(serverInfo) ? serverInfo : {},
    capabilities: isJsonObject(found.capabilities) ? found.capabilities : {},
    instructions: typeof found.instructions === 'string' ? found.instructions : null,
  };
}
