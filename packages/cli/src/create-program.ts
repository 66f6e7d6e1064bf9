import { DASHBOARD_PAGES } from '@patchbay/foundation';
import { Command } from 'commander';
import { TEMPLATES } from './create-project.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { type AddCommand, addGrantCommands, type MakeAction } from './grant-commands.ts';
import { addPolicyCommands } from './policy-commands.ts';
import type { ProgramContext } from './program-context.ts';
import { addServiceAccountCommands } from './service-account-commands.ts';
import { addSignInCommands } from './sign-in-commands.ts';

/** Builds the context of a command from the options that every command takes. */
export type MakeContext = (options: Pick<ProgramContext, 'origin' | 'organization'>) => ProgramContext;

const EXIT_CODES = `
Exit codes:
  0  success
  1  failure; three lines on standard error state the error, its cause and its remedy
  2  invalid command line
  3  accepted, but not done: an activation is held, or a call waits for approval

Examples:
  patchbay init weather
  patchbay dev weather
  patchbay deploy weather
  patchbay call weather get_climate city=Lisbon`;

/** All commands. Each is loaded when it is run, so that a deploy does not load the modules of `dev`. */
export function createProgram(makeContext: MakeContext): Command {
  const program = new Command('patchbay')
    .description('Publish, test and govern connectors (MCP servers) on a Patchbay installation.')
    .version('0.1.0')
    .option('--json', 'print one JSON document, or one per line for streams')
    .option('--origin <url>', 'URL of the installation')
    .option('--organization <slug>', 'slug of the organization')
    .exitOverride()
    .addHelpText('after', EXIT_CODES);

  /** Runs the command's function with the context, then its arguments, then its own options. */
  const action: MakeAction =
    (load) =>
    async (...given: unknown[]) => {
      // Commander passes the arguments, then the options, then the command itself.
      const command = given.at(-1) as Command;
      const { origin, organization } = command.optsWithGlobals<{ origin?: string; organization?: string }>();
      // Each function takes what its own declaration above asks for.
      const run = (await load()) as (context: ProgramContext, ...rest: unknown[]) => Promise<void>;
      await run(makeContext({ origin, organization }), ...given.slice(0, -1));
    };
  const add: AddCommand = (parent, name, description, examples) =>
    parent
      .command(name)
      .description(description)
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);

  add(program, 'init', 'Create a connector: a complete small project with a test.', [
    'patchbay init weather',
    'patchbay init orders --template api-key',
    'patchbay init votes --template interactive',
  ])
    .argument('<directory>', 'directory; its last segment is the name')
    .option('--template <name>', templateHelp(), 'minimal')
    .action(action(async () => (await import('./commands/init.ts')).init));

  add(program, 'dev', 'Run a connector locally as it runs hosted; rebuilds when a file is saved.', [
    'patchbay dev weather',
    'patchbay dev weather --port 3900 --secret API_KEY=test',
  ])
    .argument('[directory]', 'the connector', '.')
    .option('--port <number>', 'port of the local MCP URL (default: a free one)')
    .option('--secret <name=value...>', 'a secret for this run; also read from .env', [])
    .option('--plain', 'run it in a plain process, without isolation')
    .option('--code-generation', 'allow `eval` and `new Function`')
    .action(action(async () => (await import('./commands/dev.ts')).dev));

  add(program, 'deploy', 'Upload a connector, follow its build, and activate it.', [
    'patchbay deploy weather',
    'patchbay deploy --no-activate',
  ])
    .argument('[directory]', 'the connector', '.')
    .option('--connector <slug>', 'deploy to this connector (default: the name in package.json)')
    .option('--no-typecheck', 'deploy despite type errors')
    .option('--no-activate', 'publish without activating')
    .action(action(async () => (await import('./commands/deploy.ts')).deploy));

  add(program, 'versions', 'List the versions of a connector.', ['patchbay versions weather'])
    .argument('[connector]', 'slug (default: the project in this directory)')
    .action(action(async () => (await import('./commands/versions.ts')).versions));

  add(program, 'activate', 'Activate a published version.', ['patchbay activate weather 7'])
    .argument('<connector>', 'slug')
    .argument('<version>', 'number')
    .action(action(async () => (await import('./commands/activate.ts')).activate));

  add(program, 'rollback', 'Roll back to the previous version. In-flight calls complete.', [
    'patchbay rollback weather',
    'patchbay rollback weather --to 4 --yes',
  ])
    .argument('[connector]', 'slug (default: the project in this directory)')
    .option('--to <version>', 'a specific version instead of the previous one')
    .option('--yes', 'skip the confirmation')
    .action(action(async () => (await import('./commands/rollback.ts')).rollback));

  add(program, 'logs', 'Show the log of a connector.', [
    'patchbay logs weather -f',
    'patchbay logs weather --level error --json',
  ])
    .argument('[connector]', 'slug (default: the project in this directory)')
    .option('-f, --follow', 'follow the log until Ctrl-C')
    .option('-n, --lines <number>', 'number of lines', '50')
    .option('--level <level>', 'debug, info, warn or error: minimum level')
    .option('--request <id>', 'only lines of this request id')
    .action(action(async () => (await import('./commands/logs.ts')).logs));

  add(program, 'call', 'Call a tool through the hosted URL.', [
    'patchbay call weather get_climate city=Lisbon month:=7',
    `patchbay call weather get_climate '{"city":"Lisbon"}'`,
    'patchbay call weather --list',
  ])
    .argument('<connector>', 'slug, or a full MCP URL')
    .argument('[tool]', 'name of the tool')
    .argument('[arguments...]', 'name=text, name:=json, or one JSON object')
    .option('--version-number <number>', 'call this version instead of the live one')
    .option('--list', 'list the tools instead')
    .option('--key <key>', 'API key of kind mcp')
    .action(action(async () => (await import('./commands/call.ts')).call));

  addDoctorCommand({ add, action, program });

  add(program, 'open', 'Open the dashboard, or the page of a connector or organization.', [
    'patchbay open weather',
    'patchbay open weather --page secrets',
    'patchbay open weather --page connect',
    'patchbay open --page api-keys',
  ])
    .argument('[connector]', 'slug')
    .option(
      '--page <name>',
      'members, groups, policies, invitations, roles, api-keys, connected-clients or oauth-clients; for a connector: tools, secrets, settings or connect',
    )
    .action(action(async () => (await import('./commands/open.ts')).open));

  addSignInCommands({ program, add, action });

  add(program, 'settings', 'Show or change the settings of a connector.', [
    'patchbay settings weather',
    'patchbay settings weather --code-generation allow',
    'patchbay settings weather --auth oauth',
    'patchbay settings weather --auth none --confirm weather',
    'patchbay settings weather --demand-second-factor yes --demand-sign-in 480',
  ])
    .argument('[connector]', 'slug (default: the project in this directory)')
    .option('--code-generation <choice>', 'allow or refuse: whether the connector may use `eval` and `new Function`')
    .option(
      '--auth <choice>',
      'oauth (sign-in or a key), api-key (a key only) or none (public): how callers authenticate',
    )
    .option('--confirm <slug>', 'with --auth none: the connector’s slug again, if it has secrets or tools that write')
    .option('--demand-second-factor <choice>', 'yes or no: whether members must have signed in with a second factor')
    .option('--demand-sign-in <minutes>', 'the age of the sign-in at most, or off')
    .action(action(async () => (await import('./commands/settings.ts')).settings));

  const secrets = add(program, 'secrets', 'Manage secrets of a connector. Values can be set but never read.', [
    'patchbay secrets set API_KEY --connector orders < key.txt',
    'patchbay secrets list --connector orders',
  ]);
  const connectorOption = ['--connector <slug>', 'connector (default: the project in this directory)'] as const;
  add(secrets, 'set', 'Set a secret; its value is read from a prompt or standard input.', [
    'patchbay secrets set API_KEY < key.txt',
  ])
    .argument('<name>', 'name in capitals, such as API_KEY')
    .option(...connectorOption)
    .action(action(async () => (await import('./commands/secrets.ts')).setSecret));
  add(secrets, 'list', 'List the names.', ['patchbay secrets list'])
    .option(...connectorOption)
    .action(action(async () => (await import('./commands/secrets.ts')).listSecrets));
  add(secrets, 'remove', 'Remove a secret.', ['patchbay secrets remove API_KEY'])
    .argument('<name>', 'its name')
    .option(...connectorOption)
    .action(action(async () => (await import('./commands/secrets.ts')).removeSecret));

  const groups = add(
    program,
    'groups',
    `Show groups of members. A person changes them, at ${DASHBOARD_PAGES.groups}.`,
    ['patchbay groups list', 'patchbay open --page groups'],
  );
  add(groups, 'list', 'List the groups with their members.', ['patchbay groups list']).action(
    action(async () => (await import('./commands/groups.ts')).listGroups),
  );

  addGrantCommands({ add, action, program });
  addPolicyCommands({ add, action, program });

  addServiceAccountCommands({ add, action, program });

  const admin = add(program, 'admin', 'Inspect an organization. API keys cannot invite, change roles or create keys.', [
    'patchbay admin members',
    'patchbay admin audit',
    'patchbay admin limits',
    'patchbay admin setup-link',
    'patchbay open --page invitations',
  ]);
  add(admin, 'members', 'List the members.', ['patchbay admin members']).action(
    action(async () => (await import('./commands/admin.ts')).members),
  );
  add(admin, 'audit', 'List audit events, newest first.', ['patchbay admin audit -n 20'])
    .option('-n, --lines <number>', 'number of events', '50')
    .action(action(async () => (await import('./commands/admin.ts')).audit));
  add(admin, 'limits', 'Show the limits on calls, how near they are, and what they refused in the last hour.', [
    'patchbay admin limits',
  ]).action(action(async () => (await import('./commands/limits.ts')).limits));
  add(admin, 'roles', 'List the roles of members and their permissions.', ['patchbay admin roles']).action(
    action(async () => (await import('./commands/admin.ts')).roles),
  );
  add(admin, 'api-keys', `List the API keys. A person creates and revokes them, at ${DASHBOARD_PAGES.apiKeys}.`, [
    'patchbay admin api-keys',
  ]).action(action(async () => (await import('./commands/api-keys.ts')).listApiKeys));

  add(admin, 'setup-link', 'Print a new setup link for the first owner of the installation on this machine.', [
    'patchbay admin setup-link',
  ]).action(action(async () => (await import('./commands/setup-link.ts')).showSetupLink));

  for (const command of allCommands(program)) command.exitOverride().configureOutput({ outputError: () => {} });
  return program;
}

function templateHelp(): string {
  return Object.entries(TEMPLATES)
    .map(([name, shows]) => `${name} (${shows})`)
    .join(', ');
}

/** The command and everything below it. */
export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
