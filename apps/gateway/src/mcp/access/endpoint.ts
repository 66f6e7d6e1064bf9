import type { Endpoint, EndpointDirectory } from '@patchbay/domain/endpoints';

/** What the path of a request names. `version` is set on preview URLs. */
export interface EndpointPath {
  readonly organization: string;
  readonly connector: string;
  readonly version: number | undefined;
}

const SEGMENT = /^([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)(?:@([1-9][0-9]{0,8}))?$/;

/**
 * The names in `/{organization}/{connector}[@{number}]/mcp`, or null for anything that can name no endpoint.
 * Organizations are matched whatever their case, because some clients write them in capitals; connectors are not.
 */
export function parseEndpointPath(organization: string, connector: string): EndpointPath | null {
  const slug = SEGMENT.exec(organization.toLowerCase());
  const named = SEGMENT.exec(connector);
  if (!slug?.[1] || slug[2] !== undefined || !named?.[1]) return null;
  return {
    organization: slug[1],
    connector: named[1],
    version: named[2] === undefined ? undefined : Number(named[2]),
  };
}

/** The endpoint behind a path, from memory when it was asked for before. Null when there is none. */
export async function resolveEndpoint(
  directory: Pick<EndpointDirectory, 'resolve'>,
  path: EndpointPath,
): Promise<Endpoint | null> {
  return directory.resolve(path.organization, path.connector, path.version);
}
