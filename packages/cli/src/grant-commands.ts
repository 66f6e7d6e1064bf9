import type { Command } from 'commander';
import type { ProgramContext } from './program-context.ts';

/** Adds a command with its examples below another one. */
export type AddCommand = (parent: Command, name: string, description: string, examples: readonly string[]) => Command;

/** Makes a commander action: loads the command's function and runs it with the context, then its arguments and options. */
export type MakeAction = (
  load: () => Promise<(context: ProgramContext, ...rest: never[]) => Promise<void>>,
) => (...given: unknown[]) => Promise<void>;

/** The program with its ways to add a command, for commands in files of their own. */
export interface Program {
  readonly program: Command;
  readonly add: AddCommand;
  readonly action: MakeAction;
}

/** Commands for what OAuth clients were allowed, and for OAuth clients that owners make. */
export function addGrantCommands({ program, add, action }: Program): void {
  const grants = add(program, 'grants', 'Show and end what people allowed OAuth clients, such as Claude.', [
    'patchbay grants list',
    'patchbay grants end grt_01JFZ0000000000000000000 --yes',
  ]);
  const selection = (command: Command) =>
    command
      .option('--person <id>', 'only those of this person')
      .option('--client <id>', 'only those to this client')
      .option('--connector <id>', 'only those at this connector');
  selection(
    add(grants, 'list', 'List grants, newest first: all as owner or admin, else your own.', [
      'patchbay grants list',
      'patchbay grants list --state all --client https://claude.ai/oauth/mcp-oauth-client-metadata',
    ]),
  )
    .option('--state <state>', 'open, ended or all', 'open')
    .action(action(async () => (await import('./commands/grants.ts')).listGrants));
  selection(
    add(grants, 'end', 'End a grant, or all of a person, to a client or at a connector. There is no way back.', [
      'patchbay grants end grt_01JFZ0000000000000000000',
      'patchbay grants end --person psn_01JFZ0000000000000000000 --yes',
    ]).argument('[grant]', 'its id'),
  )
    .option('--yes', 'skip the confirmation')
    .action(action(async () => (await import('./commands/grants.ts')).endGrants));

  const clients = add(
    program,
    'clients',
    'Manage OAuth clients with an id and a secret, for MCP clients that ask for both.',
    ['patchbay clients list', 'patchbay clients create "Claude for our company"'],
  );
  add(clients, 'list', 'List the OAuth clients, without their secrets.', ['patchbay clients list']).action(
    action(async () => (await import('./commands/clients.ts')).listClients),
  );
  add(clients, 'create', 'Make an OAuth client; its secret is printed this once.', [
    'patchbay clients create Claude',
    'patchbay clients create Inspector --redirect-uri http://localhost:6274/oauth/callback',
  ])
    .argument('<name>', 'people read it when they are asked to allow the client')
    .option('--redirect-uri <uri...>', 'where it takes answers (default: both addresses of hosted Claude)')
    .action(action(async () => (await import('./commands/clients.ts')).createClient));
  add(clients, 'rotate', 'Replace the secret; the new one is printed this once.', [
    'patchbay clients rotate ocl_01JFZ0000000000000000000',
    'patchbay clients rotate ocl_01JFZ0000000000000000000 --now --yes',
  ])
    .argument('<client>', 'its id')
    .option('--now', 'refuse the replaced secret at once instead of after a day')
    .option('--yes', 'skip the confirmation')
    .action(action(async () => (await import('./commands/clients.ts')).rotateClient));
  add(clients, 'delete', 'Delete an OAuth client, and end every grant to it.', [
    'patchbay clients delete ocl_01JFZ0000000000000000000',
  ])
    .argument('<client>', 'its id')
    .option('--yes', 'skip the confirmation')
    .action(action(async () => (await import('./commands/clients.ts')).deleteClient));
}
