/** Reads the server name of a TLS ClientHello, and nothing it does not need. @see RFC 8446 §4.1.2, RFC 6066 §3 */

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
/** Encrypted ClientHello: the name that counts would be one we cannot read. @see RFC 9849 */
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;
const RECORD_BYTES_MAX = 16 * 1024;

export type ClientHello =
  | { readonly state: 'incomplete' }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'read'; readonly serverName: string };

/** Reads what arrived so far. Bounded: a hello is one handshake message of at most 16 KiB, in one record or several. */
export function readClientHello(bytes: Buffer): ClientHello {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== HANDSHAKE_RECORD) return refused('the connection does not begin with a TLS handshake');
    if (bytes.length < at + 5) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > RECORD_BYTES_MAX) return refused('a TLS record has an impossible length');
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  const message = Buffer.concat(parts);
  if (message.length < 4) return { state: 'incomplete' };
  if (message[0] !== CLIENT_HELLO) return refused('the first TLS message is not a ClientHello');
  const length = message.readUIntBE(1, 3);
  if (length > RECORD_BYTES_MAX) return refused('the ClientHello is too long');
  if (message.length < 4 + length) return { state: 'incomplete' };
  try {
    return nameIn(new Reader(message.subarray(4, 4 + length)));
  } catch {
    return refused('the ClientHello is broken');
  }
}

function nameIn(hello: Reader): ClientHello {
  hello.take(2 + 32); // version, random
  hello.take(hello.number(1)); // session
  hello.take(hello.number(2)); // cipher suites
  hello.take(hello.number(1)); // compression
  const extensions = new Reader(hello.take(hello.number(2)));
  let serverName: string | null = null;
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const body = new Reader(extensions.take(extensions.number(2)));
    if (type === ENCRYPTED_CLIENT_HELLO) return refused('an encrypted ClientHello hides the name that counts');
    if (type !== SERVER_NAME) continue;
    const names = new Reader(body.take(body.number(2)));
    if (names.number(1) !== 0 || serverName !== null) return refused('the server name is not one host name');
    serverName = names.take(names.number(2)).toString('latin1').toLowerCase();
    if (names.left > 0) return refused('the server name is not one host name');
  }
  return serverName === null ? refused('the ClientHello has no server name') : { state: 'read', serverName };
}

const refused = (reason: string): ClientHello => ({ state: 'refused', reason });

/** Reads forward and throws past the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(bytes: 1 | 2): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  take(bytes: number): Buffer {
    if (bytes > this.left) throw new RangeError('past the end');
    this.#at += bytes;
    return this.#bytes.subarray(this.#at - bytes, this.#at);
  }
}
