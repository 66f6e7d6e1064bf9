import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { dottedName, isNode, type SyntaxNode, walk } from '../syntax.ts';

interface Fact {
  /** A pattern of a second home, in one line of code. */
  readonly sign: RegExp;
  readonly homes: readonly string[];
  readonly instead: string;
}

/** Small things that were written several times, each a little differently, until they had one home. */
const FACTS: readonly Fact[] = [
  {
    sign: /\b(?:function|const) escapeHtml\b|&lt;|&#\$\{/,
    homes: ['apps/gateway/src/http/escape-html.ts'],
    instead: 'escapeHtml of apps/gateway/src/http/escape-html.ts',
  },
  {
    sign: /\\u007f-\\u009f/,
    // A file of an uploaded source with such a name is refused, not shown.
    homes: ['packages/foundation/src/escape-text.ts', 'apps/worker/src/deploy/source/source-collector.ts'],
    instead: 'escapeText of @patchbay/foundation',
  },
  {
    sign: /\^bearer\b/i,
    homes: ['apps/gateway/src/http/bearer.ts'],
    instead: 'parseBearer of apps/gateway/src/http/bearer.ts',
  },
  {
    sign: /\bFST_ERR_CTP_/,
    homes: ['apps/gateway/src/http/send-problem.ts'],
    instead: 'frameworkError of apps/gateway/src/http/send-problem.ts',
  },
  {
    sign: /['"]application\/problem\+json/,
    homes: ['apps/gateway/src/http/render-problem.ts', 'apps/gateway/src/admin/openapi.ts'],
    instead: 'sendProblem of apps/gateway/src/http/send-problem.ts',
  },
  {
    sign: /\bprocess\.kill\([^(),]+, 0\)/,
    homes: [
      'packages/foundation/src/is-running.ts',
      // Runs before anything is installed.
      'scripts/bootstrap/once.mjs',
      // Asks from inside of a sandbox whether the host's processes can be reached.
      'packages/probe/src/attempts/processes.ts',
    ],
    instead: 'isRunning of @patchbay/foundation',
  },
  {
    sign: /\.once\('listening'/,
    homes: [],
    instead: "once(server, 'listening') of node:events, which rejects when the server cannot listen",
  },
  {
    sign: /interval '\d+ (?:days|hours|months)'/,
    homes: [],
    instead: 'RETENTION of @patchbay/foundation/limits, as a parameter of the statement',
  },
];

const TIMED_RACES = [
  'packages/foundation/src/async.ts',
  // Waits for one of three ends of a start, each with words of its own.
  'apps/launcher/src/processes/node-process.ts',
];

/** One home per fact, for those facts whose second home can be seen. */
export const oneHome: Rule = {
  name: 'one-home',
  find(tree) {
    return tree.code
      .filter((file) => !file.isTest && /^(apps|packages|scripts)\//.test(file.path))
      .flatMap((file) => [...findSigns(file), ...findTimedRaces(file)]);
  },
};

function findSigns(file: SourceFile): Finding[] {
  return file.text.split('\n').flatMap((text, index) =>
    FACTS.filter(({ sign, homes }) => sign.test(text) && !homes.includes(file.path)).map(({ instead }) => ({
      file: file.path,
      line: index + 1,
      message: `has a home already: use ${instead}`,
    })),
  );
}

/** `Promise.race` against a timer that the same function sets. */
function findTimedRaces(file: SourceFile): Finding[] {
  if (TIMED_RACES.includes(file.path) || !file.text.includes('Promise.race(') || !file.text.includes('setTimeout('))
    return [];
  const findings: Finding[] = [];
  walk(file.syntax.program, (node, ancestors) => {
    if (node.type !== 'CallExpression' || dottedName(node.callee) !== 'Promise.race') return;
    const around = ancestors.findLast(({ type }) => /Function/.test(type));
    if (around === undefined || !setsTimer(around)) return;
    const message = 'has a home already: use within or waitAtMost of @patchbay/foundation';
    findings.push({ file: file.path, line: file.syntax.lineAt(node.start), message });
  });
  return findings;
}

function setsTimer(within: SyntaxNode): boolean {
  let found = false;
  walk(within, (node) => {
    found ||= node.type === 'CallExpression' && isNode(node.callee) && dottedName(node.callee) === 'setTimeout';
  });
  return found;
}
