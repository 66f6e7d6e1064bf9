/** A hostile build program: tries to change everything it can reach, and reports its successes. */
import fs from 'node:fs';
import path from 'node:path';
import { onTask, taskPaths } from '@patchbay/sandbox-protocol/task-link';

const ROUNDS = 5;

onTask(async (input) => {
  const { store, toolchain, work } = taskPaths();
  const places = ['/', '/dev', '/proc', '/run', '/runner', '/node', '/tmp', '/etc', store, toolchain, work];
  // Its own names are known to every reader of the package: a sandbox can look for them without a listing.
  const files = [...Object.values(input).map((name) => path.join(store, String(name))), ...reachable(toolchain)];
  const changed = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const place of places) if (writesInto(place)) changed.add(place);
    for (const file of files) if (changes(file)) changed.add(file);
  }
  return { result: { work, tried: files.length, changed: [...changed] } };
});

function* reachable(folder: string, depth = 0): Generator<string> {
  if (depth > 3) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    yield file;
    if (entry.isDirectory()) yield* reachable(file, depth + 1);
  }
}

function writesInto(place: string): boolean {
  const file = path.join(place, `planted-${process.hrtime.bigint()}`);
  return [
    () => fs.writeFileSync(file, 'planted'),
    () => fs.mkdirSync(file),
    () => fs.symlinkSync('/runner/program.cjs', file),
    () => fs.chmodSync(place, 0o777),
  ].some(succeeds);
}

function changes(file: string): boolean {
  return [
    () => fs.appendFileSync(file, 'changed'),
    () => fs.truncateSync(file),
    () => fs.chmodSync(file, 0o666),
    () => fs.utimesSync(file, 0, 0),
    () => fs.renameSync(file, `${file}.moved`),
    () => fs.linkSync(file, `${file}.linked`),
    () => fs.rmSync(file),
    () => fs.rmdirSync(file),
  ].some(succeeds);
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
