import { AppError } from '@patchbay/foundation';
import { z } from 'zod';

/** One request to a public address, checked at connect; `guardedFetch` of the sandbox package. */
export type FetchPublic = (
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<RegistryResponse>;

/** What of a fetch response is used. */
export interface RegistryResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface RegistryOptions {
  /** `https://registry.npmjs.org`, without a slash at the end. */
  readonly origin: string;
  readonly fetch: FetchPublic;
  /** For one request, its body included. */
  readonly timeoutMs: number;
}

const names = z.record(z.string(), z.string()).default({});
const versionSchema = z.looseObject({
  version: z.string(),
  dependencies: names.catch({}),
  optionalDependencies: names.catch({}),
  peerDependencies: names.catch({}),
  peerDependenciesMeta: z
    .record(z.string(), z.looseObject({ optional: z.boolean().optional() }))
    .default({})
    .catch({}),
  hasInstallScript: z.boolean().optional(),
  deprecated: z.unknown().optional(),
  os: z.array(z.string()).optional().catch(undefined),
  cpu: z.array(z.string()).optional().catch(undefined),
  dist: z.looseObject({ integrity: z.string().optional(), tarball: z.string().optional() }),
});
const packumentSchema = z.looseObject({
  'dist-tags': names,
  versions: z.record(z.string(), z.unknown()),
});

export type RegistryVersion = z.output<typeof versionSchema>;
export interface Packument {
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: readonly string[];
  /** @throws AppError `deploy.package_not_found` when the version is not described as the registry should */
  version(version: string): RegistryVersion;
}

const PACKUMENT_BYTES_MAX = 32 * 1024 * 1024;

/** The registry's description of a package. @throws AppError `deploy.package_not_found`, `deploy.registry_unavailable` */
export async function fetchPackument(registry: RegistryOptions, name: string): Promise<Packument> {
  const url = `${registry.origin}/${name.replace('/', '%2f')}`;
  const response = await requestRegistry(registry, url, 'application/vnd.npm.install-v1+json');
  if (response.status === 404) {
    throw new AppError('deploy.package_not_found', { detail: `The registry has no package ${name}.` });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyOf(response, PACKUMENT_BYTES_MAX)) chunks.push(chunk);
  const parsed = packumentSchema.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')));
  if (!parsed.success) throw unavailable(`${name}: the answer is not a package description`);
  const { 'dist-tags': tags, versions } = parsed.data;
  return {
    tags,
    versions: Object.keys(versions),
    version(version) {
      const found = versionSchema.safeParse(versions[version]);
      if (found.success) return found.data;
      throw new AppError('deploy.package_not_found', { detail: `The registry has no ${name}@${version}.` });
    },
  };
}

/** @throws AppError `deploy.registry_unavailable` */
export async function requestRegistry(
  registry: RegistryOptions,
  url: string,
  accept: string,
): Promise<RegistryResponse> {
  let response: RegistryResponse;
  try {
    response = await registry.fetch(url, { headers: { accept }, signal: AbortSignal.timeout(registry.timeoutMs) });
  } catch (error) {
    throw unavailable(String(error), error);
  }
  if (response.status === 200 || response.status === 404) return response;
  throw unavailable(`${url} answers ${response.status}`);
}

/** The body, until it is longer than it may be. @throws AppError `deploy.package_too_large`, `deploy.registry_unavailable` */
export async function* bodyOf(response: RegistryResponse, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw new AppError('deploy.package_too_large', { data: { bytesMax } });
      yield chunk;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unavailable(String(error), error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unavailable(internal: string, cause?: unknown): AppError {
  return new AppError('deploy.registry_unavailable', { internal, cause });
}
