export type WireFailureKind = 'aborted' | 'budget' | 'certificate' | 'host_not_allowed' | 'timeout' | 'unreachable';

/** Why there is no answer. `message` is a sentence. */
export class WireFailure extends Error {
  readonly kind: WireFailureKind;

  constructor(kind: WireFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Codes of Node for certificates that are not accepted. @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))/;

/** The failure of a `fetch`, whose reason is in its cause. */
export function wireFailure(error: unknown): WireFailure {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    if (CERTIFICATE.test(code)) return new WireFailure('certificate', `${cause.message} (${code}).`);
    if (code !== '') return new WireFailure('unreachable', `${cause.message || 'The connection failed'} (${code}).`);
  }
  return new WireFailure('unreachable', error instanceof Error ? error.message : 'The connection failed.');
}
