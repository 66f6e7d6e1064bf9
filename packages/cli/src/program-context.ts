import type { CliConfig } from './config.ts';
import type { LoginStore } from './login-store.ts';
import type { Output } from './output.ts';
import type { Session } from './session.ts';

/** The context that every command gets. */
export interface ProgramContext {
  readonly config: CliConfig;
  readonly output: Output;
  readonly logins: LoginStore;
  /** Whether a person sits at both ends and may be asked. */
  readonly interactive: boolean;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The `--origin` and `--organization` of the command line. */
  readonly origin: string | undefined;
  readonly organization: string | undefined;
  /** @throws AppError cli.not_connected */
  session(): Promise<Session>;
  /** The exit code when the command ends without an error. */
  setExitCode(code: number): void;
}
