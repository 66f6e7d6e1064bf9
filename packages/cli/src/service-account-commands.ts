import type { Program } from './grant-commands.ts';

/** Commands for accounts of an organization that programs act with. */
export function addServiceAccountCommands({ program, add, action }: Program): void {
  const accounts = add(program, 'service-accounts', 'Show, create and disable accounts for programs.', [
    'patchbay service-accounts list',
    'patchbay service-accounts create "nightly export"',
  ]);
  add(accounts, 'list', 'List the service accounts, by name.', ['patchbay service-accounts list']).action(
    action(async () => (await import('./commands/service-accounts.ts')).listServiceAccounts),
  );
  add(accounts, 'create', 'Create a service account without keys; you are responsible for it.', [
    'patchbay service-accounts create "nightly export"',
  ])
    .argument('<name>', 'shown in lists and in the audit log')
    .action(action(async () => (await import('./commands/service-accounts.ts')).createServiceAccount));
  add(accounts, 'disable', 'Disable a service account: its keys open nothing within a second.', [
    'patchbay service-accounts disable svc_01JFZ0000000000000000000',
  ])
    .argument('<account>', 'its id')
    .action(action(async () => (await import('./commands/service-accounts.ts')).disableServiceAccount));
}
