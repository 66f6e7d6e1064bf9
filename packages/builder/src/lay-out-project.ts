import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BuildInput, BuildPaths } from './build-input.ts';
import { readTar } from './read-tar.ts';

const UNPACKED_BYTES_MAX = 400 * 1024 * 1024;

/** Unpacks source and packages and makes the links. Returns the packages that wanted to run something at install time. */
export function layOutProject(places: BuildPaths, input: BuildInput, source: Uint8Array): string[] {
  const scripted: string[] = [];
  unpack(gunzipSync(source, { maxOutputLength: UNPACKED_BYTES_MAX }), places.project, 0);
  for (const placement of input.placements) {
    const { sha512 } = placement;
    const tarball = readFileSync(path.join(places.store, sha512.slice(0, 2), `${sha512}.tgz`));
    const folder = path.join(places.project, placement.path);
    unpack(gunzipSync(tarball, { maxOutputLength: UNPACKED_BYTES_MAX }), folder, 1);
    if (wantsScript(folder)) scripted.push(placement.name);
  }
  for (const { path: from, target } of input.links) {
    link(path.join(places.project, target), path.join(places.project, from));
  }
  for (const name of [...input.provided, '@types/node', 'undici-types']) {
    link(path.join(places.toolchain, 'node_modules', name), path.join(places.project, 'node_modules', name));
  }
  return scripted;
}

/** Packages come in one folder, usually `package/`: `strip` takes it off. */
function unpack(tar: Buffer, folder: string, strip: number): void {
  const made = new Set<string>();
  for (const { path: name, bytes } of readTar(tar)) {
    const relative = name.split('/').slice(strip).join('/');
    if (relative === '') continue;
    const file = path.join(folder, relative);
    const parent = path.dirname(file);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    writeFileSync(file, bytes);
  }
}

/** Existing files stay: the project's own copy takes precedence over the toolchain's. */
function link(target: string, from: string): void {
  if (existsSync(from)) return;
  mkdirSync(path.dirname(from), { recursive: true });
  symlinkSync(target, from);
}

function wantsScript(folder: string): boolean {
  if (existsSync(path.join(folder, 'binding.gyp'))) return true;
  try {
    const { scripts } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return ['preinstall', 'install', 'postinstall'].some((name) => typeof scripts?.[name] === 'string');
  } catch {
    return false;
  }
}
