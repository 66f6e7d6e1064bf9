import { enableCompileCache } from 'node:module';
import path from 'node:path';

/** `npm start`. */
const root = path.resolve(import.meta.dirname, '../../..');
// Compiled code from the start before: half a second of a start. Loaded afterwards, or it would not be kept.
enableCompileCache(path.join(root, 'node_modules/.patchbay/compile-cache'));
const { runLauncher } = await import('./run-launcher.ts');
await runLauncher(root);
