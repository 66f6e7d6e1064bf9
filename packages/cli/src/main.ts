import { CommanderError } from 'commander';
import { readConfig } from './config.ts';
import { createProgram } from './create-program.ts';
import { EXIT } from './exit-code.ts';
import { LoginStore } from './login-store.ts';
import { Output, printableJson } from './output.ts';
import type { ProgramContext } from './program-context.ts';
import { errorLines, renderError } from './render-error.ts';
import { openSession } from './session.ts';
import { runCommandLine } from './suggest-command.ts';

const args = process.argv.slice(2);
// Known before the arguments are parsed, since an error in them is printed in the same form.
const json = args.includes('--json');
process.exitCode = await run();

async function run(): Promise<number> {
  const { stdout, stderr, stdin } = process;
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  // A reader that went away (`patchbay logs | head`) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
  });
  let output = new Output({ stdout, stderr, json, color: false });
  let exitCode: number = EXIT.ok;
  try {
    const config = readConfig();
    const color = stdout.isTTY === true && config.NO_COLOR === undefined && config.TERM !== 'dumb';
    output = new Output({ stdout, stderr, json, color });
    const logins = new LoginStore(config.XDG_CONFIG_HOME);
    const program = createProgram((options): ProgramContext => {
      const searchFrom = [process.cwd(), import.meta.dirname];
      return {
        config,
        output,
        logins,
        stdin,
        cwd: process.cwd(),
        interactive: stdin.isTTY === true && stdout.isTTY === true && config.CI === undefined && !json,
        signal: interrupted.signal,
        ...options,
        session: () => openSession({ config, logins, searchFrom, ...options }),
        setExitCode: (code) => {
          exitCode = code;
        },
      };
    });
    await runCommandLine(program, args);
    return exitCode;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    const help = helpExitCode(error);
    if (help !== undefined) return help;
    const rendered = renderError(error);
    output.error(json ? printableJson({ error: rendered }) : errorLines(rendered));
    return rendered.exitCode;
  }
}

/** Commander throws after it printed help or the version; help without `--help` means that a command was missing. */
function helpExitCode(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  if (error.exitCode === 0) return EXIT.ok;
  return error.code === 'commander.help' ? EXIT.usage : undefined;
}
