import { AppError } from '@patchbay/foundation';

/** One request to a public address, checked at connect; `guardedFetch` of the sandbox package. */
export type FetchPublic = (
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<RegistryResponse>;

/** The used part of a fetch response. */
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

/**
 * The registry's description of a package, unread: up to megabytes that only a thread should parse.
 *
 * @param options `meter` is called with every chunk and may throw to abort
 * @throws AppError `deploy.package_not_found`, `deploy.package_too_large`, `deploy.registry_unavailable`
 */
export async function fetchDescription(
  registry: RegistryOptions,
  name: string,
  options: { readonly bytesMax: number; meter(bytes: number): void },
): Promise<Uint8Array<ArrayBuffer>> {
  const url = `${registry.origin}/${name.replace('/', '%2f')}`;
  const response = await requestRegistry(registry, url, 'application/vnd.npm.install-v1+json');
  if (response.status === 404) {
    throw new AppError('deploy.package_not_found', { detail: `The registry has no package ${name}.` });
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyOf(response, options.bytesMax)) {
    options.meter(chunk.byteLength);
    length += chunk.byteLength;
    chunks.push(chunk);
  }
  // A buffer of its own, so that it can be handed to a thread.
  const whole = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    whole.set(chunk, end);
    end += chunk.byteLength;
  }
  return whole;
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

function unavailable(internal: string, cause?: unknown): AppError {
  return new AppError('deploy.registry_unavailable', { internal, cause });
}
