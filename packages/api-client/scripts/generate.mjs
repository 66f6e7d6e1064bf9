// Writes src/generated/admin-api.ts from openapi.json. The compiler it needs is TypeScript 6, this package's own alias.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../openapi.json', import.meta.url);
const target = new URL('../src/generated/admin-api.ts', import.meta.url);
const document = JSON.parse(await readFile(source, 'utf8'));
const types = astToString(await openapiTS(document, { alphabetize: false, defaultNonNullable: false }));
await writeFile(target, `// Generated from openapi.json by scripts/generate.mjs. Do not edit.\n${types}`);
