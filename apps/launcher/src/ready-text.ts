import type { ReadyFileContent } from './files/ready-file.ts';

/** The tool of the demo connector that the printed line calls. */
const DEMO_CALL = { name: 'best_months', arguments: { city: 'Lisbon' } };

/**
 * The text that a person sees when everything answers. Each `note` names a missing feature of this installation, and
 * why.
 */
export function readyText(ready: ReadyFileContent, notes: readonly string[]): string {
  const lines = ['', `Patchbay is ready: ${ready.origin}`, ''];
  const row = (label: string, value: string) => lines.push(`  ${`${label}:`.padEnd(13)}${value}`);
  row('Dashboard', ready.dashboardUrl);
  row('Docs', `${ready.origin}/-/docs/`);
  if (ready.signIn) row('Sign in', `${ready.signIn.email}  ${ready.signIn.password}`);
  if (ready.mcpUrl) {
    row('MCP URL', `${ready.mcpUrl}  (paste it into an MCP client and sign in)`);
    row('Connect', `${ready.mcpUrl.replace(/\/mcp$/, '')}  (steps for each client)`);
  }
  if (ready.mcpApiKey) row('API key', ready.mcpApiKey);
  if (ready.mcpUrl && ready.mcpApiKey) {
    lines.push('', '  Call a tool of the demo connector:', '', curlLine(ready.mcpUrl, ready.mcpApiKey));
  }
  for (const note of notes) lines.push('', `  Note: ${note}`);
  lines.push('', '  Ctrl-C stops everything.', '');
  return lines.join('\n');
}

/** The missing features of this installation, one text each, with the reason. */
export function installationNotes(facts: {
  /** Why there is no bubblewrap; null when there is one. */
  readonly bubblewrapMissing: string | null;
  /** Why processes run as root; null when they do not. */
  readonly usersRefused: string | null;
  readonly others: readonly string[];
}): string[] {
  const { bubblewrapMissing: missing, usersRefused: refused } = facts;
  const notes = [
    missing && `no connector can run, since there is no bubblewrap to isolate it with: ${missing}.`,
    refused && `gateway, worker and dashboard run as root: ${refused}`,
  ];
  return [...notes.filter((note) => note !== null), ...facts.others];
}

/**
 * One line that works as pasted: a `tools/call` of the 2025 era, which needs no handshake here and is the shorter one.
 * Nothing in it holds a quote, so single quotes are enough for every shell.
 */
export function curlLine(mcpUrl: string, apiKey: string): string {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: DEMO_CALL });
  const headers = [
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'mcp-protocol-version: 2025-11-25',
  ];
  return `curl -sS ${mcpUrl} ${headers.map((header) => `-H '${header}'`).join(' ')} -d '${body}'`;
}
