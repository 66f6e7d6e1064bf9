/**
 * Messages of the PostgreSQL protocol 3.0, as far as a startup needs them.
 * @see PostgreSQL documentation, "Message Formats"
 */
/** Codes in the place of a protocol version. */
export const CANCEL_REQUEST = 80_877_102;
export const SSL_REQUEST = 80_877_103;
export const GSSENC_REQUEST = 80_877_104;
export const PROTOCOL_3_0 = 196_608;

/** One message of the server: its kind and the bytes behind the length. */
export interface ServerMessage {
  readonly kind: string;
  readonly body: Buffer;
}

/** The bytes of a message with a kind. */
export function message(kind: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)));
  return Buffer.concat([Buffer.from(kind, 'latin1'), int32(body.byteLength + 4), body]);
}

/** The bytes of a message without a kind: the first of a connection. */
export function firstMessage(code: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)));
  return Buffer.concat([int32(body.byteLength + 8), int32(code), body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The texts of a body in which each ends with a zero byte, without the empty one at the end. */
export function textsOf(body: Buffer): string[] {
  const texts = body.toString('utf8').split('\0');
  while (texts.at(-1) === '') texts.pop();
  return texts;
}

/** Severity, SQLSTATE, text and hint of an `ErrorResponse` that ends a connection. */
export function fatal(sqlState: string, text: string, hint: string): Buffer {
  return message('E', 'SFATAL', 'VFATAL', `C${sqlState}`, `M${text}`, `H${hint}`, Buffer.from([0]));
}

/** The fields of an `ErrorResponse` by their letter. */
export function errorFields(body: Buffer): Readonly<Record<string, string>> {
  return Object.fromEntries(textsOf(body).map((text) => [text.slice(0, 1), text.slice(1)]));
}
