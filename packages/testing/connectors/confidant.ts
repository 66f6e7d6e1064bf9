/** `mark` returns its secret and writes a log line. */
import { McpServer } from '@modelcontextprotocol/server';
import { READS, text } from './mark.ts';

/** The runner's interface for the code of a call; the SDK uses the same. */
interface Runtime {
  current(): { readonly secrets: Readonly<Record<string, string>> };
}

export default function create(): McpServer {
  const server = new McpServer({ name: 'confidant', version: '1.0.0' });
  server.registerTool('mark', READS, async () => {
    console.error('asked');
    // The runner defines it before it loads a connector.
    const runtime = Reflect.get(globalThis, Symbol.for('patchbay.runtime')) as Runtime;
    return text(runtime.current().secrets.TOKEN ?? 'none');
  });
  return server;
}
