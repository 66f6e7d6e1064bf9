import { homedir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@patchbay/foundation';
import { z } from 'zod';

export const cliEnvironment = z.object({
  /** The installation to call, instead of that of the sign-in. */
  PATCHBAY_ORIGIN: z.url().optional(),
  /** A key of kind admin or deploy, instead of that of the sign-in. For CI. */
  PATCHBAY_API_KEY: z.string().optional(),
  /** A key of kind mcp for `patchbay call`. */
  PATCHBAY_MCP_KEY: z.string().optional(),
  /** The organization's slug, for a key that opens several. */
  PATCHBAY_ORGANIZATION: z.string().optional(),
  /** Data directory of a local installation; its ready.json is used. */
  PATCHBAY_DATA: z.string().optional(),
  /** Where `login` keeps its file, instead of ~/.config. @see https://specifications.freedesktop.org/basedir-spec/ */
  XDG_CONFIG_HOME: z
    .string()
    .optional()
    .transform((given) => given ?? path.join(homedir(), '.config')),
  /** Any value turns colour off. @see https://no-color.org */
  NO_COLOR: z.string().optional(),
  /** Where `dev` looks for bubblewrap, and for what unpacks it. */
  PATH: z.string().default(''),
  /** `dumb` turns colour off. */
  TERM: z.string().optional(),
  /** Set by CI systems: nothing is asked. */
  CI: z.string().optional(),
  /** The program that opens a page, instead of the system's. */
  BROWSER: z.string().min(1).optional(),
  /** Set where a browser can be shown, on Linux. */
  DISPLAY: z.string().min(1).optional(),
  /** The same, under Wayland. */
  WAYLAND_DISPLAY: z.string().min(1).optional(),
  /** Set by SSH: the browser is on another machine. */
  SSH_CONNECTION: z.string().optional(),
});

export type CliConfig = z.output<typeof cliEnvironment>;

/** Reads the environment once, at start. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): CliConfig {
  return loadConfig(cliEnvironment, env);
}
