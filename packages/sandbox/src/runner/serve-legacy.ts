/** A server that speaks only the 2025 revisions (SDK v1, or another copy of v2) in one session that lasts. */
import { isJsonObject } from '../protocol/json.ts';
import { BRIDGE_CAPABILITIES, EraBridge } from './era-bridge.ts';
import { JsonRpcSession } from './json-rpc-session.ts';
import type { ConnectableServer } from './load-connector.ts';
import type { ConnectorServer } from './runner-call.ts';
import type { ServeOptions } from './serve-connector.ts';
import { StartError } from './start-error.ts';

const PROTOCOL_VERSION = '2025-11-25';

/** @throws StartError when the server refuses the handshake */
export async function serveLegacy(server: ConnectableServer, options: ServeOptions): Promise<ConnectorServer> {
  const session = new JsonRpcSession(options.link);
  await server.connect(session);
  const answer = await session.request('initialize', 'initialize', {
    protocolVersion: PROTOCOL_VERSION,
    capabilities: BRIDGE_CAPABILITIES,
    clientInfo: { name: 'patchbay', version: '1' },
  });
  if ('error' in answer) throw new StartError('crashed_at_start', `initialize: ${answer.error.message}`);
  session.notify('notifications/initialized', {});
  const bridge = new EraBridge(session, options);
  const found = isJsonObject(answer.result) ? answer.result : {};
  return {
    sdk: 'v1',
    identity: {
      serverInfo: isJsonObject(found.serverInfo) ? found.serverInfo : {},
      capabilities: isJsonObject(found.capabilities) ? found.capabilities : {},
      instructions: typeof found.instructions === 'string' ? found.instructions : null,
    },
    request: (call) => bridge.request(call),
    cancel: (id) => bridge.cancel(id),
  };
}
