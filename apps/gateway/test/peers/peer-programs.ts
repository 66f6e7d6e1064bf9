import { execFileSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

/** The command lines of `tools/peers/clients`, by path. */
export function peerPrograms() {
  const program = (...parts: readonly string[]) => path.join(ROOT, 'tools/peers/clients/node_modules', ...parts);
  return {
    mcpRemote: program('mcp-remote/dist/proxy.js'),
    mcporter: program('mcporter/dist/cli.js'),
    inspector: program('@modelcontextprotocol/inspector/clients/launcher/build/index.js'),
  };
}

/** Installs them where they are not yet; false when the registry cannot be reached. */
export function installPeers(): boolean {
  try {
    execFileSync(process.execPath, [path.join(ROOT, 'scripts/bootstrap/install-peers.mjs'), 'clients'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return true;
  } catch {
    return false;
  }
}
