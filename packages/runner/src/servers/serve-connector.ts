/** One loaded connector, served with the semantics of the SDK it was written with. */
import { McpServer, Server } from '@modelcontextprotocol/server';
import type { ConnectorServer } from '../calls/runner-call.ts';
import type { HostLink } from '../host-link.ts';
import type { LoadedConnector } from '../load-connector.ts';
import { serveLegacy } from './serve-legacy.ts';
import { serveModern } from './serve-modern.ts';

export interface ServeOptions {
  readonly link: HostLink;
  /** Runs the delivery of one message inside the context of its call. */
  readonly inCall: (id: string, deliver: () => void) => void;
}

/** @throws StartError when the server does not answer its first message */
export function serveConnector(loaded: LoadedConnector, options: ServeOptions): Promise<ConnectorServer> {
  const { server } = loaded;
  if (server instanceof McpServer || server instanceof Server) {
    // serveStdio takes either; its type names McpServer.
    return serveModern(server as McpServer, { ...options, sdk: loaded.manifest ? 'connector' : 'v2' });
  }
  return serveLegacy(server, options);
}
