import type { Program } from './grant-commands.ts';

/** The diagnosis of an MCP URL, which needs neither an installation nor a login. */
export function addDoctorCommand({ program, add, action }: Program): void {
  add(program, 'doctor', 'Replay what Claude does at an MCP URL, and name the first step that fails, with the fix.', [
    'patchbay doctor https://mcp.example.com/mcp',
    'patchbay doctor https://mcp.example.com/mcp --no-sign-in --json',
    'patchbay doctor https://mcp.example.com/mcp --allow-host auth.example.com --call search',
  ])
    .argument('<url>', 'URL of an MCP endpoint, of this or any other platform')
    .option('--sign-in', 'print the address to sign in at, also without a terminal')
    .option('--no-sign-in', 'leave out the steps for which a person signs in')
    .option(
      '--way <name...>',
      'cimd, dcr, dcr-confidential or static: how the client becomes known (default: cimd, dcr)',
    )
    .option('--client-id <id>', 'client id for the way static; its secret, if any, is read from standard input')
    .option('--call <tool>', 'call this tool, without arguments (default: the first that only reads and needs none)')
    .option('--allow-host <host...>', 'ask this host too if the URL names it, without a question')
    .action(action(async () => (await import('./commands/doctor.ts')).doctor));
}
