/** `docs/limits.md`, and the table of limits in `docs/authors.md`, from the limits that the code enforces. */
import {
  ADDRESS_LIMITS,
  CALL_LIMITS,
  CLIENT_RANGES,
  DEPLOY_LIMITS,
  formatLimit,
  formatNumber,
  LIMIT_SECTIONS,
  type Limit,
  SANDBOX_LIMITS,
} from '@patchbay/foundation/limits';
import type { Environment } from './environments.ts';
import { renderTable } from './render-table.ts';

const INTRODUCTION = `# Limits

Every limit that is visible from outside, to authors of connectors, people and programs that call them, owners and
operators. Sizes are multiples of 1024 bytes. A limit that is exceeded answers with an error whose page is in
[docs/errors](errors/); what counts per gateway or host is multiplied by their number. Programs read the same list from
\`GET /api/v1/limits\` of the admin API, with any session, admin key or deploy key.
`;

/** The page. */
export function renderLimitsPage(): string {
  const sections = LIMIT_SECTIONS.map(({ title, limits }) => {
    const rows = Object.entries<Limit>(limits).map(([name, limit]) => [
      limit.what,
      formatLimit(limit),
      limit.reason,
      raisedBy(name, limit),
    ]);
    const ranges = limits === ADDRESS_LIMITS ? renderClientRanges() : '';
    return `## ${title}\n\n${renderTable(['Limit', 'Value', 'Why', 'Raised by'], rows)}\n${ranges}`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

/** The variable whose value names the limits that it sets. */
const NAMING = 'PATCHBAY_LIMITS';

function renderClientRanges(): string {
  const rows = CLIENT_RANGES.map(({ network, client, source, readOn }) => [network, client, `${source}, ${readOn}`]);
  return `\n${renderTable(['Network of a hosted client', 'Client', 'Published at, read on'], rows)}\n`;
}

function raisedBy(name: string, { raisedBy: who }: Limit): string {
  if (who === 'fixed') return 'fixed';
  if ('operator' in who && who.operator === NAMING) return `the operator: \`${name}\` in \`${NAMING}\``;
  if ('operator' in who) return `the operator: \`${who.operator}\``;
  if ('owner' in who) return `an owner: ${who.owner}`;
  return `the author: \`${who.author}\``;
}

/** Pure: a sentence for each limit with a variable that no process reads. */
export function findUnreadVariables(environments: readonly Environment[]): readonly string[] {
  const read = new Set(environments.flatMap(({ variables }) => variables.map(({ name }) => name)));
  const named = LIMIT_SECTIONS.flatMap(({ limits }) => Object.values(limits)).flatMap(({ raisedBy: who }) =>
    typeof who === 'object' && 'operator' in who ? [who.operator] : [],
  );
  return [...new Set(named)]
    .filter((name) => !read.has(name))
    .map((name) => `A limit names ${name} as its variable, which no process reads.`);
}

/** The limits for authors of connectors, several to a row. */
export function renderAuthorsLimits(): string {
  const calls = CALL_LIMITS;
  const sandboxes = SANDBOX_LIMITS;
  const deploys = DEPLOY_LIMITS;
  const range = `${calls.deadlineLeast.value / 1000} to ${calls.deadlineMost.value / 1000} s`;
  const number = ({ value }: Limit) => formatNumber(value);
  return renderTable(
    ['', ''],
    [
      [
        'source',
        `${formatLimit(deploys.source)} packed, ${formatLimit(deploys.sourceFiles)}; \`.gitignore\` is respected; no symbolic links`,
      ],
      ['a call', `${formatLimit(calls.deadline)} by default, ${range} with \`timeoutMs\` on the tool; waiting counts`],
      [
        'calls at once',
        `${number(calls.sandboxCalls)} in a sandbox, the next ${number(calls.sandboxWaiting)} wait, then \`sandbox.queue_full\``,
      ],
      ['arguments', formatLimit(calls.requestBytes)],
      [
        'a result',
        `${formatLimit(calls.resultBytes)}, and no more text than the client takes (Claude: ${formatLimit(calls.resultCharacters)}, Claude Code: ${number(calls.resultCharactersClaudeCode)})`,
      ],
      ['a page', `${formatLimit(deploys.page)} with everything built into it`],
      [
        'memory of a sandbox',
        `${formatLimit(sandboxes.memory)}, of which ${formatLimit(sandboxes.heap)} are JavaScript heap`,
      ],
      [
        'processor',
        `${formatLimit(sandboxes.cpu)}; where the host cannot hold it to that, ${sandboxes.cpuPerMinute.value / 1000} s within any minute`,
      ],
      ['processes, threads', `${number(sandboxes.processes)}, about a dozen of which are Node’s own`],
      ['open files', number(sandboxes.openFiles)],
      [
        'scratch space',
        `${formatLimit(sandboxes.scratchBytes)} and ${formatLimit(sandboxes.scratchFiles)} in \`/tmp\`, gone with the sandbox`,
      ],
      ['log', `${formatLimit(sandboxes.logPerMinute)}; lines above that are dropped and counted`],
      [
        'sandboxes',
        `${number(sandboxes.perOrganization)} at once, ${number(sandboxes.startRate)} starts per second and ${number(sandboxes.startBurst)} at once after a rest, for an organization`,
      ],
      ['life of a sandbox', 'until it is idle for a while: keep nothing in memory that must last'],
    ],
  );
}
