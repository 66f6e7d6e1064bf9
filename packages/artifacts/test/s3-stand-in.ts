import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface S3StandIn {
  readonly endpoint: string;
  /** By path, `/<bucket>/<key>`. */
  readonly objects: Map<string, Buffer>;
  close(): Promise<void>;
}

/**
 * A bucket that keeps objects in memory and refuses requests without a valid signature (AWS Signature Version 4).
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export async function startS3StandIn(keys: { accessKeyId: string; secretAccessKey: string }): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', headers } = request;
    if (!isSigned({ method, url, headers, body }, keys))
      return void response.writeHead(403).end('SignatureDoesNotMatch');
    const { pathname, searchParams } = new URL(url, 'http://stand-in');
    if (method === 'GET' && searchParams.get('list-type') === '2') {
      const prefix = pathname.endsWith('/') ? pathname : `${pathname}/`;
      const keys = [...objects.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length));
      return void response.end(listing(keys, searchParams.get('continuation-token')));
    }
    const object = objects.get(url);
    if (method === 'PUT') objects.set(url, body);
    if (method === 'DELETE') objects.delete(url);
    if (method === 'GET' && object) return void response.end(object);
    const isBucket = url.split('/').filter(Boolean).length === 1;
    response.writeHead((method === 'GET' || method === 'HEAD') && !object && !isBucket ? 404 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Pages of two, so that every listing has several. */
function listing(keys: readonly string[], token: string | null): string {
  const from = Number(token ?? '0');
  const page = keys.slice(from, from + 2);
  const contents = page.map(
    (key) => `<Contents><Key>${key}</Key><LastModified>${new Date().toISOString()}</LastModified></Contents>`,
  );
  const more = from + 2 < keys.length ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
  return `<?xml version="1.0"?><ListBucketResult>${more}${contents.join('')}</ListBucketResult>`;
}

interface Signed {
  readonly method: string;
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

function isSigned(
  { method, url, headers, body }: Signed,
  keys: { accessKeyId: string; secretAccessKey: string },
): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, keyId, day, region, names = '', signature] = pattern.exec(String(headers.authorization)) ?? [];
  if (keyId !== keys.accessKeyId || !names.split(';').includes('host')) return false;
  const payload = String(headers['x-amz-content-sha256']);
  if (payload !== createHash('sha256').update(body).digest('hex')) return false;
  const { pathname, searchParams } = new URL(url, 'http://stand-in');
  searchParams.sort();
  const canonicalHeaders = names
    .split(';')
    .map((name) => `${name}:${String(headers[name]).trim()}\n`)
    .join('');
  const canonical = [method, pathname, searchParams.toString(), canonicalHeaders, names, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const hmac = (key: string | Buffer, value: string) => createHmac('sha256', key).update(value).digest();
  const parts = [String(day), String(region), 's3', 'aws4_request'];
  const key = parts.reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`);
  return hmac(key, text).toString('hex') === signature;
}
