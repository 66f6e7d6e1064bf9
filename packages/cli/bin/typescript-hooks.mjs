// Module hooks: types are stripped from .ts files; nothing else changes. @see https://nodejs.org/api/module.html#customization-hooks
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const { code } = await transform(await readFile(file, 'utf8'), {
    loader: 'ts',
    format: 'esm',
    sourcefile: file,
    sourcemap: 'inline',
    target: `node${process.versions.node}`,
  });
  return { format: 'module', source: code, shortCircuit: true };
}
