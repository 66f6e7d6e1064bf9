import type { Effect, ToolKind } from '@patchbay/policy';

const EFFECTS: Readonly<Record<Effect, string>> = {
  always_allow: 'Always allow',
  needs_approval: 'Needs approval',
  blocked: 'Blocked',
};

const KINDS: Readonly<Record<Exclude<ToolKind, 'interactive'>, string>> = {
  read: 'only reads',
  write: 'writes, destroys nothing',
  destructive: 'may destroy something, or does not declare what it does',
};

/** Words of the pages about policies: which calls of tools run. */
export const POLICIES = {
  title: 'Policies',
  lead: 'Policies decide which calls of tools run, wait for an approval, or are blocked. The strictest one that matches decides; members cannot override it.',
  list: 'Policies of this organization',
  emptyTitle: 'No policy yet',
  emptyLead:
    'Without policies, tools decide by their annotations: what only reads runs, what may destroy something needs approval. Begin with a preset, or decide for each tool on the page of its connector.',
  effects: EFFECTS,
  add: 'Add a preset',
  presets: {
    read_only: {
      name: 'Read only',
      lead: 'Tools that write or destroy are blocked, at every connector.',
    },
    approve_writes: {
      name: 'Approve all writes',
      lead: 'Tools that write or destroy wait for an approval, at every connector.',
    },
  },
  added: (name: string) => `The policy “${name}” is in force.`,
  remove: 'Delete',
  removeOf: (name: string) => `Delete ${name}`,
  removeTitle: (name: string) => `Delete the policy “${name}”?`,
  removeBody: 'Calls that it blocks or holds may run from the next call on.',
  removed: (name: string) => `The policy “${name}” is deleted.`,
  asFile:
    'Conditions on roles, groups, clients, arguments and times are written as a file: patchbay policies pull, plan and apply.',
} as const;

/** Words of the page of a connector's tools. */
export const TOOLS = {
  title: 'Tools',
  lead: 'Decide for each tool whether its calls run. A choice here is a policy for this tool; a stricter policy of the organization still decides.',
  list: 'Tools of this connector',
  emptyTitle: 'No tools',
  emptyLead: 'Tools are listed once a version is live.',
  kinds: KINDS,
  interactive: 'has a page of its own',
  choice: (tool: string) => `Calls of ${tool}`,
  byAnnotations: (effect: string) => `As annotated: ${effect.toLowerCase()}`,
  ruledBy: (name: string, effect: string) => `In force for members: ${effect.toLowerCase()}, by the policy “${name}”.`,
  saved: (tool: string, effect: string) => `Calls of ${tool}: ${effect.toLowerCase()}.`,
} as const;
