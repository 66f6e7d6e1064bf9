import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import type { ToolPackage, ToolPackages } from './find-tools.ts';

/** The templates of `init`, each with a description for the help. */
export const TEMPLATES = {
  minimal: 'one tool',
  'api-key': 'an API with a key from secrets',
  interactive: 'a tool with a page',
} as const;

export type Template = keyof typeof TEMPLATES;

export function isTemplate(name: string): name is Template {
  return Object.hasOwn(TEMPLATES, name);
}

export interface NewProject {
  readonly directory: string;
  readonly name: string;
  readonly template: Template;
  readonly tools: ToolPackages;
}

const SUFFIX = '.template';

/**
 * Writes the files of a template. Their names end in `.template` in this repository, so that no tool of ours takes them
 * for sources and no packer drops the dot files.
 *
 * @returns the files written, relative to the directory
 * @throws AppError cli.directory_not_empty
 */
export async function createProject(project: NewProject): Promise<string[]> {
  await checkEmpty(project.directory);
  const root = path.join(import.meta.dirname, '../templates');
  const written: string[] = [];
  // Later layers replace files of earlier ones.
  for (const layer of ['base', project.template]) {
    for (const file of await listFiles(path.join(root, layer))) {
      const name = file.slice(0, -SUFFIX.length).replace(/(^|\/)dot-/, '$1.');
      const target = path.join(project.directory, name);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, fill(await readFile(path.join(root, layer, file), 'utf8'), project));
      if (!written.includes(name)) written.push(name);
    }
  }
  if (await writeLockfile(project)) written.push('package-lock.json');
  return written.sort();
}

/**
 * A lockfile with the two packages of the installation and their integrity: npm refuses other bytes, and adds the rest
 * at its first install. The public packages are the registry's to vouch for.
 */
async function writeLockfile({ directory, name, tools }: NewProject): Promise<boolean> {
  if (tools.cli.locked === null || tools.connector.locked === null) return false;
  // Written by the template just now.
  const manifest = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as Record<string, unknown>;
  const { version, dependencies, devDependencies } = manifest;
  const entry = ({ url, locked }: ToolPackage, dev: boolean) => {
    const { name: _, ...facts } = locked ?? {};
    return { ...facts, resolved: url, ...(dev && { dev }) };
  };
  const lockfile = {
    name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name, version, dependencies, devDependencies },
      'node_modules/@patchbay/cli': entry(tools.cli, true),
      'node_modules/@patchbay/connector': entry(tools.connector, false),
    },
  };
  await writeFile(path.join(directory, 'package-lock.json'), `${JSON.stringify(lockfile, null, 2)}\n`);
  return true;
}

function fill(text: string, { name, tools }: NewProject): string {
  const values: Record<string, string> = {
    name,
    title: name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' '),
    cli: tools.cli.url,
    connector: tools.connector.url,
    origin: tools.origin,
  };
  return text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole);
}

async function checkEmpty(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new AppError('cli.directory_not_empty', {
      detail: `${directory} is not a directory that can be used.`,
      cause: error,
    });
  });
  const inTheWay = entries.filter((entry) => entry !== '.git');
  if (inTheWay.length > 0)
    throw new AppError('cli.directory_not_empty', { detail: `${directory} holds ${inTheWay[0]}.` });
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
