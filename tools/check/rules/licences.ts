import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Finding, Rule } from '../rule.ts';

/** Licences that ask for no more than their own notice. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
  'Zlib',
  'WTFPL',
]);

/** Packages with another licence that we use all the same, each with why that is in order. */
const EXCEPTIONS: readonly { readonly name: RegExp; readonly licence: string; readonly because: string }[] = [
  { name: /^lightningcss(-|$)/, licence: 'MPL-2.0', because: 'build tool; nothing of it is shipped' },
  { name: /^axe-core$/, licence: 'MPL-2.0', because: 'used in tests only' },
  { name: /^caniuse-lite$/, licence: 'CC-BY-4.0', because: 'data about browsers, read by build tools' },
  { name: /^spdx-exceptions$/, licence: 'CC-BY-3.0', because: 'a list of names, read by npm tooling' },
  { name: /^elkjs$/, licence: 'EPL-2.0', because: 'part of the Prisma command line, a development tool' },
  { name: /^@fontsource-variable\//, licence: 'OFL-1.1', because: 'fonts, shipped unchanged with their licence' },
];

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Everything we install may be used, changed and shipped in closed products. */
export function licences(installed: (root: string) => readonly InstalledPackage[] = installedPackages): Rule {
  return {
    name: 'licences',
    find(tree) {
      return installed(tree.root).flatMap(({ name, version, licence }): Finding[] => {
        if (isPermitted(licence) || EXCEPTIONS.some((it) => it.name.test(name) && it.licence === licence)) return [];
        return [{ file: 'pnpm-lock.yaml', message: `${name}@${version} is licensed "${licence || 'unknown'}"` }];
      });
    },
  };
}

/** An SPDX expression is fine when every part joined by AND is, and one part joined by OR. */
export function isPermitted(expression: string): boolean {
  const text = expression.replace(/[()]/g, ' ').trim();
  if (/\sOR\s/i.test(text)) return text.split(/\sOR\s/i).some(isPermitted);
  if (/\sAND\s/i.test(text)) return text.split(/\sAND\s/i).every(isPermitted);
  return PERMISSIVE.has(text);
}

/** All third-party packages pnpm installed for this machine, from their own package.json files. */
function installedPackages(root: string): readonly InstalledPackage[] {
  const store = path.join(root, 'node_modules/.pnpm');
  const found = new Map<string, InstalledPackage>();
  const wanted = lockedPackages(root);
  for (const entry of readdirSync(store)) {
    for (const folder of packageFolders(path.join(store, entry, 'node_modules'))) {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      const { name, version } = manifest;
      if (!wanted.has(`${name}@${version}`)) continue;
      found.set(`${name}@${version}`, { name, version, licence: licenceOf(manifest, folder) });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The packages in the lockfile: pnpm leaves folders of packages behind that are no longer wanted. */
function lockedPackages(root: string): ReadonlySet<string> {
  const lockfile = readFileSync(path.join(root, 'pnpm-lock.yaml'), 'utf8');
  const section = lockfile.split(/^packages:$/m)[1]?.split(/^snapshots:$/m)[0] ?? '';
  return new Set([...section.matchAll(/^ {2}'?(@?[^@'\s]+@[^:'\s]+)'?:$/gm)].map((match) => match[1] ?? ''));
}

/** Below `.pnpm/x/node_modules` a real folder is x itself; its dependencies are links. */
function packageFolders(modules: string): string[] {
  const folders: string[] = [];
  for (const entry of directories(modules)) {
    const folder = path.join(modules, entry);
    const inner = entry.startsWith('@') ? directories(folder).map((name) => path.join(folder, name)) : [folder];
    folders.push(...inner.filter((one) => realpathSync(one) === one));
  }
  return folders;
}

function directories(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== '.bin')
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function licenceOf(manifest: { license?: unknown; licenses?: unknown }, folder: string): string {
  const { license, licenses } = manifest;
  if (typeof license === 'string' && !/^SEE LICEN[CS]E/i.test(license)) return license;
  if (typeof license === 'object' && license !== null && 'type' in license) return String(license.type);
  if (Array.isArray(licenses)) return licenses.map((one) => String(one.type ?? one)).join(' OR ');
  const notice = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = notice ? readFileSync(path.join(folder, notice), 'utf8') : '';
  if (/Permission is hereby granted, free of charge/.test(text)) return 'MIT';
  return typeof license === 'string' ? license : '';
}
