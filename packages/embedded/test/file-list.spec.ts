import { cp, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareFiles, type ListedFiles, recordFiles } from '../src/directories/file-list.ts';

let root: string;
let files: ListedFiles;
let table: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'patchbay-file-list-'));
  const directory = path.join(root, 'files');
  await cp(import.meta.dirname, directory, { recursive: true });
  table = path.join(directory, 'table');
  await writeFile(table, 'rows');
  files = { directory, listFile: path.join(root, 'list.json'), skips: () => false, sizeOnly: () => false };
  await recordFiles(files);
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the list of what the files were at the last stop', () => {
  it('the comparison of files finds changed content of equal size whose modification time was set back', async () => {
    const then = new Date(0);
    await writeFile(table, 'ROWS');
    await utimes(table, then, then);
    expect(await compareFiles(files)).toEqual([`${table} has another content`]);
  });

  it('the comparison of files finds nothing in a copy, though each of its files is new', async () => {
    const copy = path.join(root, 'copy');
    await cp(files.directory, copy, { recursive: true });
    expect(await compareFiles({ ...files, directory: copy })).toEqual([]);
  });

  it('the comparison of files does not read files that were not touched', async () => {
    const list = await readFile(files.listFile, 'utf8');
    await writeFile(files.listFile, list.replaceAll(/"digest":"\w+"/g, '"digest":"of something else"'));
    expect(await compareFiles(files)).toEqual([]);
  });
});
