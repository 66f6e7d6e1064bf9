/**
 * The program that takes the runner's startup snapshot, in a build sandbox: nothing of the host's environment, network
 * or secrets can get into the snapshot that every sandbox of the installation resumes from.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTask, taskPaths } from '@patchbay/sandbox-protocol/task-link';
import { buildSnapshot, flagsIn } from './build-snapshot.ts';

/** `files` is the program, bundled; `input.flags` are the options of Node that must be the same when it is resumed. */
onTask(async (input, files) => {
  const { work } = taskPaths();
  const program = path.join(work, 'program.cjs');
  await writeFile(program, files);
  const built = await buildSnapshot(program, flagsIn(input), work);
  if (!built.ok) throw new Error(`the snapshot was not taken: ${built.output}`);
  return { result: {}, files: built.blob };
});
