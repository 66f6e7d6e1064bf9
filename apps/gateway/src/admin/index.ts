/** The admin surface: REST for dashboard and command line, its reference, and downloads of strangers' bytes. */
import type { FastifyInstance } from 'fastify';
import { untrustedPlugin } from '../untrusted/plugin.ts';
import type { AdminDeps } from './definition/endpoint.ts';
import { docsPlugin } from './docs-plugin.ts';
import { adminPlugin } from './plugin.ts';
import { resourceDocumentPlugin } from './resource-document-plugin.ts';

export type { AdminDeps } from './definition/endpoint.ts';

/** A surface of the public listener. */
export function createAdminSurface(deps: AdminDeps) {
  return {
    name: 'admin',
    async register(app: FastifyInstance): Promise<void> {
      const { origin, files } = deps;
      await app.register(async (scope) => docsPlugin(scope, { origin }));
      await app.register(async (scope) => resourceDocumentPlugin(scope, { origin }));
      await app.register(async (scope) => untrustedPlugin(scope, { origin, files }));
      await app.register(async (scope) => adminPlugin(scope, deps));
    },
  };
}
