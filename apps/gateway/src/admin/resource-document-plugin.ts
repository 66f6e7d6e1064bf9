import type { FastifyInstance } from 'fastify';
import { ADMIN_DOCUMENT, adminResourceDocument } from '../http/admin-resource.ts';

/** The document by which a client finds out how to sign in at the admin API. Nothing of a request is read. @see RFC 9728 §3 */
export async function resourceDocumentPlugin(app: FastifyInstance, { origin }: { readonly origin: string }) {
  const document = adminResourceDocument(origin);
  app.get(ADMIN_DOCUMENT.path, async (_request, reply) =>
    reply.header('cache-control', `max-age=${ADMIN_DOCUMENT.maxAgeSeconds}`).send(document),
  );
}
