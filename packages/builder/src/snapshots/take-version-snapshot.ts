/**
 * The program that takes the snapshot of one version, in a build sandbox like any other: empty environment, no network, no
 * secret (S17). What it answers comes out of a process that ran the version's own code and is read like a stranger's.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTask, taskPaths } from '@patchbay/sandbox-protocol/task-link';
import { buildSnapshot, flagsIn } from './build-snapshot.ts';
import { reasonNotTaken } from './reason-not-taken.ts';

/** `files` is the artifact; `input.program` is where the runner that loads it lies. */
onTask(async (input, files) => {
  const { work } = taskPaths();
  await writeFile(path.join(work, 'artifact.json'), files);
  const built = await buildSnapshot(String(input.program), flagsIn(input), work);
  if (built.ok) return { result: { taken: true }, files: built.blob };
  const { sourceMap } = JSON.parse(Buffer.from(files).toString('utf8'));
  return { result: { taken: false, ...reasonNotTaken(built.said, sourceMap) } };
});
