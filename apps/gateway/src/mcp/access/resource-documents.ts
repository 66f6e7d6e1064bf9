import { type EndpointDirectory, parseResource } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import { TOOL_SCOPES } from '@patchbay/mcp';
import type { FastifyPluginAsync } from 'fastify';
import { type Challenge, challengeOf, METADATA_PATH } from '../context/challenge.ts';
import { challengeAt } from './connector.ts';

export interface ResourceDocumentsDeps {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
}

/** How long clients may keep a document. Short: the auth mode of a connector can change. Seconds. */
const MAX_AGE_SECONDS = 60;

/**
 * The documents about MCP endpoints as protected resources: the path of the endpoint behind the well-known one, exactly
 * as it was written. Nothing of a request but its path is read, so forwarded headers and `Host` change no byte.
 *
 * @see RFC 9728 §3
 */
export function createResourceDocuments(deps: ResourceDocumentsDeps): FastifyPluginAsync {
  return async (app) => {
    app.get(`${METADATA_PATH}/*`, async (request, reply) => {
      const path = (request.raw.url ?? '').split('?', 1).join('').slice(METADATA_PATH.length);
      const challenge = await findChallenge(deps, path);
      if (challenge === null) throw new AppError('mcp.endpoint_not_found');
      reply.header('cache-control', `max-age=${MAX_AGE_SECONDS}`);
      return documentOf(deps.origin, path, challenge);
    });
  };
}

/**
 * How to sign in at a path; null where there is no sign-in. Reveals no more than the endpoint itself does to a caller
 * without credentials: an organization or a preview has a document whether or not it exists.
 */
async function findChallenge({ origin, endpoints }: ResourceDocumentsDeps, path: string): Promise<Challenge | null> {
  const name = parseResource(path);
  if (name === null) return null;
  if (name.connector === undefined) return challengeOf(origin, path, TOOL_SCOPES);
  const isPreview = name.version !== undefined;
  return challengeAt(origin, path, name, isPreview ? null : await endpoints.resolve(name.organization, name.connector));
}

/** @see RFC 9728 §2 */
function documentOf(origin: string, path: string, { scope }: Challenge) {
  return {
    resource: `${origin}${path}`,
    authorization_servers: [origin],
    scopes_supported: scope.split(' '),
    bearer_methods_supported: ['header'],
  };
}
