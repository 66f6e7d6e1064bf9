import { spawn } from 'node:child_process';
import type { ProgramContext } from '../program-context.ts';

/** Prints the dashboard's address, and opens it in a browser when a person sits there. */
export async function open(context: ProgramContext, connector: string | undefined): Promise<void> {
  const session = await context.session();
  const path = connector === undefined ? '' : `/${session.organization}/connectors/${encodeURIComponent(connector)}`;
  const url = `${session.origin}/dashboard${path}`;
  context.output.result({ url }, url);
  if (context.interactive) launch(url);
}

/** Best effort: the address is printed either way. */
function launch(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(command ?? 'xdg-open', args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
