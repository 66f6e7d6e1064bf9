import { AppError, type Secret } from '@patchbay/foundation';
import { AwsClient } from 'aws4fetch';
import { type ArtifactStore, addressOf, folderOf, pathOf } from './artifact-store.ts';
import { sizeLimited } from './size-limited.ts';
import { digestBytes, verified } from './verified.ts';

export interface S3ArtifactStoreOptions {
  /** Origin of the S3 API, for example `https://s3.eu-central-1.amazonaws.com`. Buckets are addressed by path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Per request, connection included. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Objects `<organization>/<hex digest>` in one bucket. Each body is signed with its digest, so the store checks it too. */
export function createS3ArtifactStore(options: S3ArtifactStoreOptions): ArtifactStore {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const client = new AwsClient({
    accessKeyId: options.accessKeyId,
    secretAccessKey: options.secretAccessKey.reveal(),
    region: options.region,
    service: 's3',
    retries: 0,
  });
  const bucket = new URL(`${encodeURIComponent(options.bucket)}/`, `${options.endpoint.replace(/\/+$/, '')}/`);

  async function send(method: string, key: string, body?: Buffer<ArrayBuffer>): Promise<Response> {
    const sha256 = body === undefined ? EMPTY_SHA256 : digestBytes(body).slice('sha256:'.length);
    try {
      return await client.fetch(new URL(key, bucket), {
        method,
        headers: { 'x-amz-content-sha256': sha256 },
        ...(body !== undefined && { body }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw new AppError('artifacts.unavailable', { cause: error, internal: String(error) });
    }
  }

  async function expectSuccess(response: Response): Promise<Response> {
    if (response.ok) return response;
    const text = (await response.text()).slice(0, 500);
    if (response.status === 404) throw new AppError('artifacts.not_found');
    if (response.status === 507) throw new AppError('artifacts.no_space', { internal: text });
    throw new AppError('artifacts.unavailable', { internal: `${response.status} ${text}` });
  }

  return {
    async put(organizationId, content, { bytesMax }) {
      folderOf(organizationId);
      const chunks: Uint8Array[] = [];
      for await (const chunk of sizeLimited(content, bytesMax)) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const digest = digestBytes(body);
      await expectSuccess(await send('PUT', pathOf({ organizationId, digest }), body)).then(drain);
      return { digest, bytes: body.byteLength };
    },

    async get(address) {
      const response = await expectSuccess(await send('GET', pathOf(address)));
      return verified(address, Buffer.from(await response.arrayBuffer()));
    },

    async has(address) {
      const response = await send('HEAD', pathOf(address));
      if (response.status === 404) return false;
      await expectSuccess(response);
      return true;
    },

    async remove(address) {
      const response = await send('DELETE', pathOf(address));
      if (response.status !== 404) await expectSuccess(response).then(drain);
    },

    async *list() {
      for (let next: string | undefined = ''; next !== undefined; ) {
        const from: string = next === '' ? '' : `&continuation-token=${encodeURIComponent(next)}`;
        const response = await expectSuccess(await send('GET', `?list-type=2${from}`));
        const page = readListing(await response.text());
        for (const { key, storedAt } of page.objects) {
          const address = addressOf(key);
          if (address === null) continue;
          if (Number.isNaN(storedAt.getTime()))
            throw new AppError('artifacts.unavailable', { internal: `${key} has no date` });
          yield { ...address, storedAt };
        }
        next = page.next;
      }
    },

    // An object appears complete or not at all.
    async removeUnfinished() {},

    async ping() {
      await expectSuccess(await send('HEAD', ''));
    },
  };
}

/**
 * The keys and dates of a listing. Keys of ours are letters, digits and one slash, so nothing in them is escaped.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
function readListing(xml: string) {
  const text = (from: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(from)?.[1];
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
    key: text(entry, 'Key') ?? '',
    storedAt: new Date(text(entry, 'LastModified') ?? Number.NaN),
  }));
  return { objects, next: text(xml, 'NextContinuationToken') };
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** An unread body keeps its connection busy. */
async function drain(response: Response): Promise<void> {
  await response.arrayBuffer();
}
