import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export type BuiltSnapshot =
  | { readonly ok: true; readonly blob: Uint8Array }
  /** Standard error of the program. */
  | { readonly ok: false; readonly output: string };

/** Runs a program until nothing of it is pending and keeps its state. Nothing of the environment is passed on. */
export async function buildSnapshot(program: string, flags: readonly string[], work: string): Promise<BuiltSnapshot> {
  const blob = path.join(work, 'program.blob');
  const output = await new Promise<string | null>((resolve) => {
    const args = [...flags, '--snapshot-blob', blob, '--build-snapshot', program];
    execFile(process.execPath, args, { cwd: work, env: {} }, (error, _stdout, stderr) =>
      resolve(error ? stderr.trim() || error.message : null),
    );
  });
  if (output !== null) return { ok: false, output };
  const taken = await readFile(blob).catch(() => null);
  return taken ? { ok: true, blob: taken } : { ok: false, output: 'The program ended before its state could be kept.' };
}

/** The options of Node a task was given. */
export function flagsIn(input: { readonly flags?: unknown }): string[] {
  return Array.isArray(input.flags) ? input.flags.map(String) : [];
}
