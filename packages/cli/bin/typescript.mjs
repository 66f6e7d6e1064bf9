// For `node --import @patchbay/cli/typescript`: lets a Node that cannot read TypeScript itself run a project's tests.
import { register } from 'node:module';

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url);
