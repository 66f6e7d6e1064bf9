import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './say.mjs';

/** Names below which nothing is a source. */
const NOT_SOURCES = new Set(['node_modules', '.next', 'dist', 'generated']);

/** SHA-256 over names and bytes of the files, in a fixed order. A directory represents all sources below it. */
export function hashOf(entries) {
  const hash = createHash('sha256');
  for (const file of entries.flatMap(filesBelow).sort())
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function filesBelow(entry) {
  if (!existsSync(entry)) return [];
  if (!statSync(entry).isDirectory()) return [entry];
  return readdirSync(entry, { withFileTypes: true })
    .filter((item) => !NOT_SOURCES.has(item.name))
    .flatMap((item) => (item.isDirectory() ? filesBelow(path.join(entry, item.name)) : [path.join(entry, item.name)]));
}

/**
 * Does the step unless its stamp records the same inputs. Two commands at a time do it once: the second waits for the
 * first. `outputs` must exist as well, so that deleting them makes the step run again.
 */
export async function once({ stamp, inputs, outputs = [], lockFile }, step) {
  // The hash is computed again after waiting: the other command may have changed nothing, or everything.
  const isDone = () => outputs.every((file) => existsSync(file)) && readOrEmpty(stamp) === hashOf(inputs());
  if (isDone()) return;
  await withLock(lockFile, async () => {
    if (isDone()) return;
    await step();
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, hashOf(inputs()));
  });
}

/** Only one command at a time does the work; others wait. */
export async function withLock(lockFile, work) {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  let told = false;
  while (!tryLock(lockFile)) {
    if (!told) say('Another command prepares this checkout; waiting for it …');
    told = true;
    await delay(200);
  }
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    // A holder that was killed leaves its file. Its number may be read before it is written: then it is fresh.
    const holder = Number(readOrEmpty(lockFile));
    if (holder > 0 && !isRunning(holder)) rmSync(lockFile, { force: true });
    return false;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
