import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PolicyText } from '@patchbay/api-client';
import { type Comparison, type CoveredTool, comparePolicies, tryTraces, uncoveredTools } from '@patchbay/policy';
import { confirm } from '../confirm.ts';
import { table } from '../output.ts';
import {
  asToolPolicies,
  differences,
  POLICY_FILE,
  type PolicyDifference,
  policyFileText,
  readPolicyFile,
} from '../policy-file.ts';
import type { ProgramContext } from '../program-context.ts';
import type { Session } from '../session.ts';

const POLICIES = '/api/v1/organizations/{organization}/policies' as const;
/** The longest page the API gives. */
const PAGE_MAX = 200;
const SHOWN_MAX = 10;
const ROLES = ['owner', 'admin', 'developer', 'member'] as const;
const MARKS = { create: '+', update: '~', delete: '-' } as const;

/** Lists the policies of the organization, by name. */
export async function listPolicies(context: ProgramContext): Promise<void> {
  const { revision, items } = await inForce(await context.session());
  const rows = items.map(({ name, effect, summary }) => [name, effect, summary]);
  context.output.result(
    { revision, policies: items },
    items.length === 0
      ? 'There is no policy: the annotations of tools decide.'
      : table(['NAME', 'EFFECT', 'WHAT IT DOES'], rows),
  );
}

/** Writes the policies in force to a file. */
export async function pullPolicies(context: ProgramContext, file = POLICY_FILE, options: { yes?: boolean } = {}) {
  const { revision, items } = await inForce(await context.session());
  const isChanged = await readPolicyFile(context.cwd, file).then(
    (kept) => differences(items, kept).length > 0,
    () => false,
  );
  if (isChanged) await confirm(context, `Overwrite ${file}, which has other policies?`, options.yes);
  await writeFile(path.resolve(context.cwd, file), policyFileText(items));
  context.output.result({ file, revision, policies: items.length }, `${items.length} policies are in ${file}.`);
}

/** Shows how the file differs from the policies in force, and whether the change only narrows. */
export async function planPolicies(context: ProgramContext, file = POLICY_FILE): Promise<void> {
  const wanted = await readPolicyFile(context.cwd, file);
  const session = await context.session();
  const { revision, items } = await inForce(session);
  showPlan(context, { revision, ...(await planOf(session, items, wanted)) });
}

/** Makes the policies of the file those of the organization, after a look at the plan. */
export async function applyPolicies(context: ProgramContext, file = POLICY_FILE, options: { yes?: boolean } = {}) {
  const wanted = await readPolicyFile(context.cwd, file);
  const session = await context.session();
  const { revision, items } = await inForce(session);
  const plan = await planOf(session, items, wanted);
  if (plan.changes.length === 0) {
    return context.output.result({ revision, changes: [] }, 'These policies are in force already.');
  }
  for (const line of planLines(plan)) context.output.progress(line);
  await confirm(context, `Make ${wanted.length} policies of ${file} those of the organization?`, options.yes);
  const { client, organization } = session;
  // The revision of the plan: what another person changed since is not overwritten.
  const body = { policies: wanted, revision };
  const { data } = await client.PUT(POLICIES, { params: { path: { organization } }, body });
  context.output.result(
    { revision: data?.revision, changes: plan.changes },
    `The policies are in force, as revision ${data?.revision}.`,
  );
}

async function inForce({ client, organization }: Session) {
  const { data } = await client.GET(POLICIES, { params: { path: { organization } } });
  return data ?? { revision: 0, items: [] };
}

interface Plan {
  readonly changes: readonly PolicyDifference[];
  readonly comparison: Comparison;
  readonly uncovered: readonly CoveredTool[];
  readonly attacks: ReturnType<typeof tryTraces>;
}

/** Computed here, not by the installation: it can take seconds, and needs nothing but the policies and the tools. */
async function planOf(session: Session, before: readonly PolicyText[], wanted: readonly PolicyText[]): Promise<Plan> {
  const tools = await toolsOf(session);
  const [old, draft] = [asToolPolicies(before), asToolPolicies(wanted)];
  const domain = { tools, roles: ROLES, clients: [] };
  return {
    changes: differences(before, wanted),
    comparison: comparePolicies(old, draft, domain),
    uncovered: uncoveredTools(draft, tools),
    attacks: tryTraces(draft),
  };
}

async function toolsOf({ client, organization }: Session): Promise<CoveredTool[]> {
  const tools: CoveredTool[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE_MAX, ...(cursor !== undefined && { cursor }) };
    const path = { organization };
    const { data } = await client.GET('/api/v1/organizations/{organization}/tools', { params: { path, query } });
    for (const { slug, tools: its } of data?.items ?? []) {
      tools.push(...its.map((tool) => ({ connector: slug, ...tool })));
    }
    cursor = data?.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return tools;
}

function showPlan(context: ProgramContext, plan: Plan & { readonly revision: number }): void {
  const { attacks, uncovered, ...rest } = plan;
  const traces = attacks.map(({ trace, effect, because }) => ({ name: trace.name, effect, because }));
  context.output.result({ ...rest, uncovered, attacks: traces }, planLines(plan));
}

function planLines({ changes, comparison, uncovered, attacks }: Plan): string[] {
  const list = changes.map(({ change, name }) => `  ${MARKS[change]} ${name}`);
  const open = attacks.filter(({ effect }) => effect === 'always_allow');
  const more = uncovered.length > SHOWN_MAX ? `, and ${uncovered.length - SHOWN_MAX} more` : '';
  const names = uncovered.slice(0, SHOWN_MAX).map(({ connector, tool }) => `${connector}/${tool}`);
  return [
    ...(changes.length === 0 ? ['Nothing changes.'] : [`${changes.length} policies change:`, ...list]),
    '',
    describeComparison(comparison),
    names.length === 0
      ? 'Every tool has a policy.'
      : `Tools without a policy, where annotations decide: ${names.join(', ')}${more}.`,
    open.length === 0
      ? `Every one of ${attacks.length} known attacks is held or blocked.`
      : `${open.length} of ${attacks.length} known attacks would run: ${open.map(({ trace }) => trace.name).join(', ')}.`,
  ];
}

function describeComparison(comparison: Comparison): string {
  switch (comparison.kind) {
    case 'narrows':
      return `The change only narrows: none of ${comparison.calls} different calls is ruled on more mildly.`;
    case 'too_many':
      return `Whether the change only narrows is not known: there are ${comparison.calls} different calls to look at.`;
    case 'loosens': {
      const { call, before, after } = comparison;
      const roles = call.roles.length === 0 ? 'without a role' : `with role ${call.roles.join(', ')}`;
      const args = JSON.stringify(call.arguments);
      return [
        `The change loosens. The simplest call that it rules on more mildly: ${call.connector}/${call.tool}`,
        `  of a caller ${roles}, with the arguments ${args}`,
        `  before: ${before.effect} (${before.reason})`,
        `  after:  ${after.effect} (${after.reason})`,
      ].join('\n');
    }
  }
}
