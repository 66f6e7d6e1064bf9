/** Writes the OpenAPI document the client is generated from. Run it after changing an endpoint, then the generator. */
import { writeFile } from 'node:fs/promises';
import { ENDPOINTS } from './endpoints/index.ts';
import { renderOpenApi } from './openapi.ts';
import { API_VERSION } from './version.ts';

const target = new URL('../../../../packages/api-client/openapi.json', import.meta.url);
await writeFile(target, `${JSON.stringify(renderOpenApi(ENDPOINTS, API_VERSION), null, 2)}\n`);
