/** The packages that a bundle may leave to the runner. One copy per process, already loaded. */
import * as mcpServer from '@modelcontextprotocol/server';
import * as connector from '@patchbay/connector';
import * as zod from 'zod';

const asCommonJs = (namespace: object): object => Object.assign({ __esModule: true }, namespace);

export const PROVIDED_PACKAGES: Readonly<Record<string, object>> = {
  zod: asCommonJs(zod),
  '@modelcontextprotocol/server': asCommonJs(mcpServer),
  '@patchbay/connector': asCommonJs(connector),
};
