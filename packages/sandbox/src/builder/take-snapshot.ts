/**
 * The program that takes the runner's startup snapshot, in a build sandbox: nothing of the host's environment, network or
 * secrets can get into what every sandbox of the installation will resume from (S17).
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTask, taskPaths } from './link.ts';

/** `files` is the program, bundled; `input.flags` are the options of Node that must be the same when it is resumed. */
onTask(async (input, files) => {
  const { work } = taskPaths();
  const [program, blob] = [path.join(work, 'program.cjs'), path.join(work, 'program.blob')];
  await writeFile(program, files);
  const flags = Array.isArray(input.flags) ? input.flags.map(String) : [];
  await run(process.execPath, [...flags, '--snapshot-blob', blob, '--build-snapshot', program], work);
  return { result: {}, files: await readFile(blob) };
});

/** @throws Error with what the program wrote on its standard error */
function run(file: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, env: {} }, (error, _stdout, stderr) => {
      if (error) reject(new Error(`the snapshot was not taken: ${stderr.trim() || error.message}`));
      else resolve();
    });
  });
}
