import type { Program } from './grant-commands.ts';

/** Commands for the policies of an organization, and for keeping them in a file. */
export function addPolicyCommands({ program, add, action }: Program): void {
  const policies = add(program, 'policies', 'Decide which calls of tools run, wait for an approval, or are blocked.', [
    'patchbay policies list',
    'patchbay policies pull',
    'patchbay policies plan',
    'patchbay policies apply --yes',
  ]);
  add(policies, 'list', 'List the policies in force, in words.', ['patchbay policies list']).action(
    action(async () => (await import('./commands/policies.ts')).listPolicies),
  );
  add(policies, 'pull', 'Write the policies in force to a file.', ['patchbay policies pull team.json'])
    .argument('[file]', 'the file', 'policies.json')
    .option('--yes', 'overwrite a file that has other policies')
    .action(action(async () => (await import('./commands/policies.ts')).pullPolicies));
  add(
    policies,
    'plan',
    'Compare a file with the policies in force: what changes, whether it only narrows, which tools have no policy.',
    ['patchbay policies plan', 'patchbay policies plan team.json --json'],
  )
    .argument('[file]', 'the file', 'policies.json')
    .action(action(async () => (await import('./commands/policies.ts')).planPolicies));
  add(policies, 'apply', 'Make the policies of a file those of the organization: all of them, or none.', [
    'patchbay policies apply',
    'patchbay policies apply team.json --yes',
  ])
    .argument('[file]', 'the file', 'policies.json')
    .option('--yes', 'skip the confirmation')
    .action(action(async () => (await import('./commands/policies.ts')).applyPolicies));
}
