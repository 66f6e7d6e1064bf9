import { request } from 'node:http';

/**
 * As `fetch`, at an address that is not the name in `Host`: a gateway answers under the name of its installation only,
 * and `fetch` does not allow setting that header. `headers.host` is the name.
 */
export function fetchAt(
  address: string,
  init: {
    readonly method?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
): Promise<Response> {
  const { method = 'GET', headers, body, signal } = init;
  return new Promise((resolve, reject) => {
    const sent = request(address, { method, headers, ...(signal && { signal }) }, (message) => {
      message.on('error', () => undefined);
      const status = message.statusCode ?? 0;
      resolve(
        new Response(status === 204 ? null : ReadableStream.from(message), {
          status,
          headers: Object.entries(message.headersDistinct).map(([name, all]) => [name, String(all)]),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
