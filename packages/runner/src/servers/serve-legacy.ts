/** A server that speaks only the 2025 revisions (SDK v1, another copy of v2, a process) in one session that lasts. */
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { isJsonObject, type JsonObject } from '@patchbay/sandbox-protocol/inside';
import type { ConnectorServer } from '../calls/runner-call.ts';
import type { ConnectableServer } from '../load-connector.ts';
import { StartError } from '../start-error.ts';
import { BRIDGE_CAPABILITIES, EraBridge } from './era-bridge.ts';
import { JsonRpcSession } from './json-rpc-session.ts';
import type { ServeOptions } from './serve-connector.ts';
import { StdioServer } from './stdio-server.ts';

const PROTOCOL_VERSION = '2025-11-25';
/** Resources one session follows. */
const FOLLOWED_MAX = STREAM_LIMITS.followedResources.value;

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
  const isProcess = server instanceof StdioServer;
  const bridge = new EraBridge(session, { ...options, isProcess });
  const found = isJsonObject(answer.result) ? answer.result : {};
  const capabilities = isJsonObject(found.capabilities) ? found.capabilities : {};
  const followed = new FollowedResources(session, capabilities);
  return {
    sdk: 'v1',
    identity: {
      serverInfo: isJsonObject(found.serverInfo) ? found.serverInfo : {},
      capabilities,
      instructions: typeof found.instructions === 'string' ? found.instructions : null,
    },
    toolsRevision: () => session.toolsRevision,
    request: async (call) => {
      const given = await bridge.request(call);
      if (call.method === 'resources/read' && 'result' in given) void followed.add(call.params.uri);
      return given;
    },
    follow: async (uris) => void (await Promise.all(uris.map((uri) => followed.add(uri)))),
    cancel: (id) => bridge.cancel(id),
  };
}

/**
 * A server of this era publishes changes of followed resources only: those with subscribers outside, and those that
 * were read, as long as the sandbox lives. The receivers of a change are decided outside.
 */
class FollowedResources {
  readonly #session: JsonRpcSession;
  readonly #publishesChanges: boolean;
  readonly #uris = new Set<string>();
  #requests = 0;

  constructor(session: JsonRpcSession, { resources }: JsonObject) {
    this.#session = session;
    this.#publishesChanges = isJsonObject(resources) && resources.subscribe === true;
  }

  async add(uri: unknown): Promise<void> {
    if (!this.#publishesChanges || typeof uri !== 'string') return;
    if (this.#uris.has(uri) || this.#uris.size >= FOLLOWED_MAX) return;
    this.#uris.add(uri);
    this.#requests += 1;
    const answer = await this.#session.request(`follow-${this.#requests}`, 'resources/subscribe', { uri });
    // Not permanently: a resource may be added later.
    if ('error' in answer) this.#uris.delete(uri);
  }
}
