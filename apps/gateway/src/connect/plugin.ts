/**
 * The connect page of a connector, `/{organization}/{connector}`, and its MCP bundle. Public: of a connector that asks for
 * a credential they show its name and how callers authenticate, which its MCP URL shows as well. A connector that is not
 * live is answered like one that does not exist.
 */
import { connectorResource, type Endpoint, type EndpointDirectory, parseResource } from '@patchbay/domain/endpoints';
import { RESERVED_ORGANIZATION_SLUGS } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendDocument } from '../http/document.ts';
import type { Surface } from '../http/surface.ts';
import { BundleFiles } from './bundle-files.ts';
import { CONNECT_ASSETS } from './connect-assets.ts';
import { renderConnectPage } from './connect-page.ts';
import { type ConnectSubject, subjectOfEndpoint } from './subject.ts';

export interface ConnectOptions {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
  /** Directory with the program of MCP bundles; undefined: none are served. */
  readonly downloadsDirectory: string | undefined;
}

interface Names {
  readonly organization: string;
  readonly connector: string;
}

export function connectSurface(options: ConnectOptions): Surface {
  return { name: 'connect', register: (app) => connectPlugin(app, options) };
}

async function connectPlugin(app: FastifyInstance, options: ConnectOptions): Promise<void> {
  const bundles = new BundleFiles(options.downloadsDirectory);
  const subjectOf = (endpoint: Endpoint) => subjectOfEndpoint(options.origin, endpoint, bundles.isServed());

  app.get<{ Params: Names }>('/:organization/:connector', async (request, reply) => {
    const endpoint = await findEndpoint(options, request.params);
    reply.header('cache-control', 'no-cache');
    return sendConnectPage(reply, subjectOf(endpoint));
  });

  app.get<{ Params: Names }>('/-/connect/:organization/:connector.mcpb', async (request, reply) => {
    const endpoint = await findEndpoint(options, request.params);
    const bytes = await bundles.pack(subjectOf(endpoint));
    if (bytes === null) throw new AppError('edge.not_found');
    const name = `${endpoint.organizationSlug}-${endpoint.connectorSlug}.mcpb`;
    reply.headers({ 'cache-control': 'no-cache', 'content-disposition': `attachment; filename="${name}"` });
    return reply.type('application/zip').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
}

/** Sends the page under the policy that its script and style need. */
export function sendConnectPage(reply: FastifyReply, subject: ConnectSubject): FastifyReply {
  return sendDocument(reply, renderConnectPage(subject), undefined, CONNECT_ASSETS);
}

/** @throws AppError `edge.not_found` at addresses of no organization, `mcp.endpoint_not_found`, `data.stale` */
async function findEndpoint({ endpoints }: ConnectOptions, { organization, connector }: Names): Promise<Endpoint> {
  const name = parseResource(connectorResource(organization, connector));
  if (name === null || RESERVED_ORGANIZATION_SLUGS.includes(name.organization)) throw new AppError('edge.not_found');
  // A numbered version is for those who may preview it: the page would show anyone that it exists.
  const isLive = name.connector !== undefined && name.version === undefined;
  const endpoint = isLive ? await endpoints.resolve(name.organization, connector) : null;
  if (endpoint === null) throw new AppError('mcp.endpoint_not_found');
  return endpoint;
}
