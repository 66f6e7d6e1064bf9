import type { Endpoint } from '@patchbay/domain/endpoints';
import { type ManifestView, viewManifest } from '@patchbay/mcp';

const manifests = new WeakMap<Endpoint, ManifestView>();

/** The endpoint's manifest as answers read it; looked through once per endpoint, which is replaced as a whole. */
export function manifestOf(endpoint: Endpoint): ManifestView {
  const known = manifests.get(endpoint) ?? viewManifest(endpoint.manifest);
  manifests.set(endpoint, known);
  return known;
}
