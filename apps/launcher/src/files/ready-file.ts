import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { writeFileAtomically } from '@patchbay/embedded';

/** Facts about a running installation for programs on this machine. Holds keys: mode 0600. */
export interface ReadyFileContent {
  readonly origin: string;
  readonly apiUrl: string;
  readonly dashboardUrl: string;
  /** Hosted URL of the demo connector; null without a demo. */
  readonly mcpUrl: string | null;
  readonly organization: string | null;
  /** Kind admin, for the command line. */
  readonly apiKey: string | null;
  /** Kind mcp, for hosted URLs. */
  readonly mcpApiKey: string | null;
  readonly signIn: { readonly email: string; readonly password: string } | null;
  /** Name → pid, of what runs now. */
  readonly processes: Readonly<Record<string, number>>;
  readonly sharedDirectory: string;
}

/** @param demo null without a demo, which then has no URL, key or person either */
export function readyContent(
  origin: string,
  demo: Pick<ReadyFileContent, 'organization' | 'apiKey' | 'mcpApiKey' | 'signIn'> | null,
  running: Pick<ReadyFileContent, 'processes' | 'sharedDirectory'>,
): ReadyFileContent {
  return {
    origin,
    apiUrl: `${origin}/api/v1`,
    dashboardUrl: `${origin}/dashboard`,
    mcpUrl: demo && `${origin}/${demo.organization}/weather/mcp`,
    organization: demo?.organization ?? null,
    apiKey: demo?.apiKey ?? null,
    mcpApiKey: demo?.mcpApiKey ?? null,
    signIn: demo?.signIn ?? null,
    ...running,
  };
}

/** `ready.json`: exists while everything answers, replaced as a whole on each change, removed at our end. */
export class ReadyFile {
  readonly file: string;
  #content: ReadyFileContent | undefined;
  #guard: Writable | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(dataDirectory: string) {
    this.file = path.join(dataDirectory, 'ready.json');
  }

  publish(content: ReadyFileContent): Promise<void> {
    this.#content = content;
    this.#guard ??= removeWithUs(this.file);
    return this.#write();
  }

  /** Does nothing before the first `publish`: the file means that everything answers. */
  async updateProcesses(processes: Readonly<Record<string, number>>): Promise<void> {
    if (!this.#content) return;
    this.#content = { ...this.#content, processes };
    await this.#write();
  }

  async remove(): Promise<void> {
    this.#content = undefined;
    await this.#write();
    this.#guard?.end();
    this.#guard = undefined;
  }

  /** One after the other, each with what is true by then. A failure does not stop those that follow. */
  #write(): Promise<void> {
    const write = this.#writing.then(async () => {
      if (this.#content) await writeFileAtomically(this.file, `${JSON.stringify(this.#content, null, 2)}\n`);
      else await rm(this.file, { force: true });
    });
    this.#writing = write.catch(() => {});
    return write;
  }
}

/**
 * Removes the file when this process ends, however it does: a shell of a megabyte waits for the other end of its input.
 * It has a session of its own, so that Ctrl-C in the terminal does not reach it first.
 */
function removeWithUs(file: string): Writable {
  const guard = spawn('/bin/sh', ['-c', 'cat >/dev/null; rm -f -- "$0"', file], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
  });
  guard.on('error', () => {}); // without a shell the file stays until the next start
  guard.unref();
  guard.stdin.on('error', () => {});
  return guard.stdin;
}
