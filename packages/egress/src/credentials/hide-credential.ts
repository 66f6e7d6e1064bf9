/** Removes a credential's value from responses: an upstream that echoes its requests must not reveal it. */
import { Transform, type TransformCallback } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '@patchbay/foundation';
import type { Headers } from '../proxy/header-rules.ts';

const REPLACEMENT = '[credential]';
const BODY_BYTES_READ = 1024 * 1024;
const TEXT = /^(text\/|application\/(.*\+)?(json|xml|javascript|x-www-form-urlencoded|graphql|problem))|^multipart\//i;

/** The encodings in which upstream may answer, so that the proxy can read them. */
export const READABLE_ENCODINGS = 'gzip, deflate, br';

/** The forms in which a value can come back, longest first. */
export function spellingsOf(secret: string, header: string): string[] {
  const found = new Set<string>();
  for (const text of [header, secret]) {
    const bytes = Buffer.from(text);
    found.add(bytes.toString('latin1'));
    const encoded = encodeURIComponent(text);
    found
      .add(encoded)
      .add(encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))
      .add(encoded.replaceAll('%20', '+'));
    const json = JSON.stringify(text).slice(1, -1);
    found.add(json).add(json.replaceAll('/', '\\/'));
    found.add(bytes.toString('hex')).add(bytes.toString('hex').toUpperCase());
    // Inside a longer text base64 depends on the position: three forms, without the characters that neighbours share.
    for (const shift of [0, 1, 2]) {
      const inner = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      const whole = inner.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
      found.add(whole).add(whole.replaceAll('+', '-').replaceAll('/', '_')).add(encodeURIComponent(whole));
    }
  }
  return [...found].filter((text) => text.length >= 6).sort((a, b) => b.length - a.length);
}

export function hideInHeaders(headers: Headers, spellings: readonly string[]): Headers {
  const hide = (value: string) => spellings.reduce((text, spelling) => text.replaceAll(spelling, REPLACEMENT), value);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value.map(hide)]),
  );
}

/**
 * The steps between upstream and sandbox that decode a body and hide the value in its first MiB; none for a body that is
 * no text. The headers come back without what no longer holds.
 *
 * @throws AppError `egress.upstream_failed` for an encoding that cannot be read
 */
export function hideInBody(headers: Headers, spellings: readonly string[]): { headers: Headers; steps: Transform[] } {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  const decode = DECODERS[encoding];
  if (!decode)
    throw new AppError('egress.upstream_failed', { detail: `The answer is encoded as ${encoding.slice(0, 40)}.` });
  const type = String(headers['content-type'] ?? 'text/plain');
  if (!TEXT.test(type) && encoding === 'identity') return { headers, steps: [] };
  const {
    'content-encoding': _encoding,
    'content-length': _length,
    'content-md5': _md5,
    digest: _digest,
    ...rest
  } = headers;
  return { headers: rest, steps: [...decode(), new HidingTransform(spellings)] };
}

const DECODERS: Readonly<Record<string, () => Transform[]>> = {
  identity: () => [],
  gzip: () => [createGunzip()],
  'x-gzip': () => [createGunzip()],
  deflate: () => [createInflate()],
  br: () => [createBrotliDecompress()],
};

/** Replaces across chunk borders: as many bytes as the longest spelling has wait for the next chunk. */
class HidingTransform extends Transform {
  readonly #spellings: readonly string[];
  readonly #heldBytes: number;
  #rest = '';
  #seen = 0;

  constructor(spellings: readonly string[]) {
    super();
    this.#spellings = spellings;
    this.#heldBytes = Math.max(0, (spellings[0]?.length ?? 0) - 1);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#seen >= BODY_BYTES_READ && this.#rest === '') {
      done(null, chunk);
      return;
    }
    this.#seen += chunk.byteLength;
    const text = this.#hide(this.#rest + chunk.toString('latin1'));
    const held = this.#seen >= BODY_BYTES_READ ? 0 : Math.min(this.#heldBytes, text.length);
    this.#rest = text.slice(text.length - held);
    done(null, Buffer.from(text.slice(0, text.length - held), 'latin1'));
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(this.#hide(this.#rest), 'latin1'));
  }

  #hide(text: string): string {
    return this.#spellings.reduce((clean, spelling) => clean.replaceAll(spelling, REPLACEMENT), text);
  }
}
