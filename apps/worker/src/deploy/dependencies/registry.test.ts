import { expect, it } from 'vitest';
import { bodyOf } from './registry.ts';

it('a package that is larger than it may be is broken off, not read to its end', async () => {
  let sent = 0;
  async function* body() {
    for (; sent < 100; sent += 1) yield new Uint8Array(10);
  }
  const read = async () => {
    // Only the body is read.
    for await (const _chunk of bodyOf({ body: body() } as unknown as Parameters<typeof bodyOf>[0], 25));
  };
  await expect(read()).rejects.toMatchObject({ code: 'deploy.package_too_large', data: { bytesMax: 25 } });
  expect(sent).toBe(2);
});
