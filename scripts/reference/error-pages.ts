/** The head of each page in `docs/errors/`, and their index, from the error catalogue. The prose is written by hand. */
import { ERRORS, type ErrorCode, type ErrorSpec, errorPagePath, type FaultOwner } from '@patchbay/foundation';
import { renderTable } from './render-table.ts';

/** First part of a code → where its errors come from. A group of the catalogue without a line here stops the script. */
const GROUPS: Readonly<Record<string, string>> = {
  admin: 'The admin API refuses a request, whatever it asks for.',
  'api-keys': 'API keys: creating them, and calling with them.',
  artifacts: 'The files that versions consist of.',
  auth: 'Signing in, invitations, the first owner.',
  cli: 'The command line, before or after it talks to an installation.',
  connections: 'Links of people, and of organizations, to accounts at providers.',
  connectors: 'Creating, configuring and deleting connectors.',
  data: 'The database, and changes that meet each other there.',
  deploy: 'The steps of a deploy: what the build, the scan or the first start found.',
  deployments: 'Activating versions and rolling back.',
  edge: 'Every request to the gateway, before it reaches the admin API or an MCP endpoint.',
  egress: 'Requests that a connector sends to the internet.',
  grants: 'Permissions that people gave to OAuth clients.',
  groups: 'Groups of members.',
  internal: 'Faults of Patchbay itself.',
  limits: 'Limits on calls and streams at one moment.',
  mcp: 'MCP endpoints: authentication, sessions, calls.',
  oauth: 'Connecting OAuth clients, and making them.',
  organizations: 'Creating, renaming and deleting organizations.',
  policy: 'Calls that a policy does not let through.',
  sandbox: 'Starting a connector and running a call in it.',
  secrets: 'Secrets of connectors.',
  'service-accounts': 'Accounts of an organization for programs.',
  source: 'Uploaded source archives.',
  sso: 'Sign-in through an organization’s own identity provider.',
  start: 'Starting an installation with `npm start`.',
  versions: 'States of versions.',
};

const TERMINAL_GROUPS: Readonly<Record<string, string>> = { cli: 'the user', start: 'the operator' };

const OWNERS: Readonly<Record<FaultOwner, string>> = {
  caller: 'the caller',
  connector: 'the connector’s author',
  upstream: 'the upstream service',
  platform: 'the operator',
};

const EMPTY_SECTIONS = '## What happened\n\n## Why\n\n## What to do\n';

/** The page with its head from the catalogue. The text from the first `## ` on is kept. */
export function renderErrorPage(code: ErrorCode, current: string): string {
  const spec: ErrorSpec = ERRORS[code];
  const terminalOwner = TERMINAL_GROUPS[groupOf(code)];
  const shown = terminalOwner === undefined ? `HTTP ${spec.status}` : 'shown on the terminal';
  const at = current.search(/^## /m);
  const prose = at < 0 ? EMPTY_SECTIONS : current.slice(at);
  return `# ${spec.title}\n\n\`${code}\` · ${shown} · for ${terminalOwner ?? OWNERS[spec.owner]} to fix\n\n${prose}`;
}

/** `docs/errors/README.md`: every code by group. */
export function renderErrorIndex(): string {
  const codes = errorCodes();
  const groups = [...new Set(codes.map(groupOf))].sort();
  const sections = groups.map((group) => {
    const rows = codes.filter((code) => groupOf(code) === group).map((code) => indexRow(code, ERRORS[code]));
    return `## ${group}\n\n${introductionOf(group)}\n\n${renderTable(['Code', 'HTTP', 'Title'], rows)}\n`;
  });
  return `# Errors

Every code that Patchbay answers with, by group. An answer of the admin API has its code in \`code\` and the address of its
page in \`type\`; an error of JSON-RPC has them in \`data\`, as \`code\` and \`page\`; a failed call of a tool has its code in
\`_meta\` of the result. Each page explains what happened, why, and what to do.
This index and the head of each page are written by \`npm run reference\` from \`packages/foundation/src/catalog/\`.

${sections.join('\n')}`;
}

export function errorCodes(): readonly ErrorCode[] {
  // The catalogue is declared with exactly these keys.
  return Object.keys(ERRORS) as ErrorCode[];
}

function indexRow(code: ErrorCode, { status, title }: ErrorSpec): readonly string[] {
  const shown = groupOf(code) in TERMINAL_GROUPS ? 'terminal' : String(status);
  return [`[\`${code}\`](${errorPagePath(code)}.md)`, shown, title];
}

function groupOf(code: ErrorCode): string {
  return code.split('.')[0] ?? '';
}

function introductionOf(group: string): string {
  const introduction = GROUPS[group];
  if (introduction === undefined) throw new Error(`The group "${group}" has no line in ${import.meta.filename}.`);
  return introduction;
}
