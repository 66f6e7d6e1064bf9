import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Programs } from '../src/programs/programs.ts';

let directory: string;
let entry: string;
let imported: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'patchbay-programs-'));
  entry = path.join(directory, 'entry.ts');
  imported = path.join(directory, 'imported.ts');
  await writeFile(entry, "import { text } from './imported.ts';\nconsole.log(text);\n");
  await writeFile(imported, "export const text = 'first';\n");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** As a start does it: from the contents of the directory alone. */
const place = () => new Programs(directory, { runner: entry }).file('runner');

describe('the programs of sandboxes', () => {
  it('bundles a program again when a file that its entry imports changes', async () => {
    const before = await place();
    await writeFile(imported, "export const text = 'second';\n");
    const after = await place();
    expect(after).not.toBe(before);
    expect(await readFile(after, 'utf8')).toContain('second');
  });

  it('bundles a program again when a manifest that determines an import changes', async () => {
    await writeFile(path.join(directory, 'package.json'), '{"imports":{"#text":"./imported.ts"}}');
    await writeFile(entry, "import { text } from '#text';\nconsole.log(text);\n");
    await writeFile(path.join(directory, 'other.ts'), "export const text = 'of the other file';\n");
    await place();
    await writeFile(path.join(directory, 'package.json'), '{"imports":{"#text":"./other.ts"}}');
    expect(await readFile(await place(), 'utf8')).toContain('of the other file');
  });

  it('bundles a program again when its bundle is gone or its record is unreadable', async () => {
    const file = await place();
    await rm(file);
    expect(await place()).toBe(file);
    await writeFile(path.join(directory, 'programs/runner.made.json'), '{');
    expect(await place()).toBe(file);
    expect(await readFile(file, 'utf8')).toContain('first');
  });

  it('does not bundle a program again when nothing changed', async () => {
    const file = await place();
    await writeFile(file, 'the bundle of the start before');
    expect(await readFile(await place(), 'utf8')).toBe('the bundle of the start before');
  });
});
