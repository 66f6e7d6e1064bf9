import path from 'node:path';
import { runStarter } from './run-starter.ts';

/** `npm start`. */
await runStarter(path.resolve(import.meta.dirname, '../..'));
