import { audienceOf, connectorResource } from '@patchbay/domain/endpoints';
import type { Access } from '../access/caller.ts';

/** The hosted MCP URL of a connector, or, with a number, the preview URL of one version. */
export function endpointUrl(origin: string, access: Access, slug: string, number?: number): string {
  return audienceOf(origin, connectorResource(access.organization.slug, slug, number));
}
