import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { dottedName, isNode, walk } from '../syntax.ts';

/**
 * Requests to untrusted URLs go through `guardedFetch` (resolved address checked at connect, no redirects into private
 * networks). No other code of apps and packages opens a connection; each exception has its reason, and a new folder has none.
 */
const ALLOWED: Readonly<Record<string, string>> = {
  'apps/gateway/src/health/health-checks.ts': 'health asks the dashboard at the address of the configuration',
  'apps/keyholder/src/role-server.ts': 'listens on unix sockets for the processes of this installation',
  'apps/launcher/src/demo/platform-api.ts':
    'the demo is made through the admin API of the installation that was started',
  'apps/launcher/src/processes/app-program.ts': 'a process that was started is asked whether it serves, on loopback',
  'apps/launcher/src/processes/watch-silence.ts': 'a process that was started is asked whether it lives, on loopback',
  'apps/launcher/src/unfit-host.ts': 'the supervisor that was started is asked what its host lacks, on loopback',
  'apps/dashboard/src/lib/api.ts': 'the browser and the page server ask the admin API of their own origin',
  'apps/dashboard/src/lib/downloads.ts': 'the browser asks for the downloads of its own origin',
  'apps/dashboard/src/lib/identity.ts': 'the browser asks the sign-in endpoints of its own origin',
};

/** Packages whose subject is a connection, each to whom. */
const CONNECTING: Readonly<Record<string, string>> = {
  'api-client': 'a client of the admin API',
  artifacts: 'the store of the configuration',
  cli: 'runs at its user, against the installation they chose',
  egress: 'is guardedFetch, and the proxy of sandboxes',
  embedded: 'services and package mirrors of one machine',
  foundation: 'answers health and metrics on loopback',
  probe: 'tries to get out of a sandbox',
  runner: 'runs inside a sandbox',
  'sandbox-client': 'speaks to supervisors of the configuration',
  'sandbox-host': 'speaks to its sandboxes',
  'sandbox-protocol': 'frames between processes of ours',
  sdk: 'runs inside a sandbox',
  testing: 'starts servers for tests',
  vault: 'asks the keyholder at its unix socket',
};

function isWatched(path: string): boolean {
  const [area, name = ''] = path.split('/');
  return area === 'apps' || (area === 'packages' && !Object.hasOwn(CONNECTING, name));
}

const MODULES = /^(undici|(node:)?(http|https|net|tls|http2|dgram)|got|axios|node-fetch)$/;
const OPENERS = new Set([
  'request',
  'get',
  'connect',
  'createConnection',
  'Socket',
  'fetch',
  'Agent',
  'ProxyAgent',
  'Pool',
  'Client',
  '*',
  'default',
]);
const GLOBALS = new Set(['fetch', 'globalThis.fetch', 'window.fetch', 'WebSocket']);

export const noRawNetwork: Rule = {
  name: 'no-raw-network',
  find(tree) {
    return tree.code
      .filter((file) => isWatched(file.path) && !file.isTest && !(file.path in ALLOWED))
      .flatMap((file) => [...importedOpeners(file), ...globalOpeners(file)]);
  },
};

function importedOpeners(file: SourceFile): Finding[] {
  return file.syntax.references
    .filter((reference) => !reference.typeOnly && MODULES.test(reference.specifier))
    .map((reference) => ({ ...reference, openers: reference.names.filter((name) => OPENERS.has(name)) }))
    .filter((reference) => reference.openers.length > 0)
    .map((reference) => ({
      file: file.path,
      line: reference.line,
      message: `${reference.openers.join(', ')} of ${reference.specifier}; outgoing requests go through guardedFetch`,
    }));
}

function globalOpeners(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const isLocal = file.syntax.references.some((reference) => reference.names.includes('fetch'));
  walk(file.syntax.program, (node) => {
    if ((node.type !== 'CallExpression' && node.type !== 'NewExpression') || !isNode(node.callee)) return;
    const name = dottedName(node.callee);
    if (!GLOBALS.has(name) || (name === 'fetch' && isLocal)) return;
    findings.push({
      file: file.path,
      line: file.syntax.lineAt(node.start),
      message: `${name}(…); outgoing requests go through guardedFetch`,
    });
  });
  return findings;
}
