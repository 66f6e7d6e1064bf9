#!/usr/bin/env node
// In a checkout the sources are TypeScript: a Node that cannot strip types hands over to the one the checkout pins.
// In an installed package there is only the compiled file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, '../src/main.ts');
const pinned = path.join(here, '../../../node_modules/.bin/node');

if (!existsSync(source)) await import(pathToFileURL(path.join(here, '../dist/main.js')).href);
else if (process.features.typescript) await import(pathToFileURL(source).href);
else if (existsSync(pinned)) {
  const child = spawn(pinned, [source, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends its signals to both; the ones sent to this process alone are passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 130;
  });
} else {
  process.stderr.write(
    'Error: This checkout is not installed yet.\n  Why: node_modules is missing.\n  Do: run `npm start` once.\n',
  );
  process.exitCode = 1;
}
