import type { Program } from './grant-commands.ts';

/** Commands by which a person or a key gets in and out, and that show who is in. */
export function addSignInCommands({ program, add, action }: Program): void {
  add(
    program,
    'login',
    'Sign in through the browser, with a code where there is none, or with an API key that is piped in.',
    [
      'patchbay login --origin https://patchbay.example.com',
      'patchbay login --origin https://patchbay.example.com --no-browser',
      'patchbay login --origin https://patchbay.example.com --key < key.txt',
    ],
  )
    .option('--no-browser', 'show a code to type into a browser elsewhere; it lasts an hour')
    .option('--key', 'read an API key from a prompt or standard input; one of kind mcp is added for calls')
    .option('--port <number>', 'port of this machine that the browser answers to (default: a free one)')
    .option('--scope <scopes>', 'ask for these scopes alone, separated by spaces')
    .action(action(async () => (await import('./commands/login.ts')).login));
  add(program, 'logout', 'Sign out, and remove the login from this machine.', ['patchbay logout']).action(
    action(async () => (await import('./commands/logout.ts')).logout),
  );
  add(program, 'token', 'Print an access token for a connector, for the Messages API and for CI.', [
    'patchbay token weather',
    'patchbay token https://patchbay.example.com/acme/weather/mcp --json',
  ])
    .argument('<connector>', 'slug, or a full MCP URL')
    .option('--scope <scopes>', 'ask for these scopes alone, separated by spaces')
    .option('--port <number>', 'port of this machine that the browser answers to (default: a free one)')
    .action(action(async () => (await import('./commands/token.ts')).token));
  add(program, 'whoami', 'Show which installation, organization and sign-in or key are in use, and until when.', [
    'patchbay whoami',
  ]).action(action(async () => (await import('./commands/whoami.ts')).whoami));
}
