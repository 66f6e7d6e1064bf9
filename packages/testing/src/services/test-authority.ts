// The library keeps its parts in a container that needs this before everything else.
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createAuthority, type Issued, type Validity } from '@patchbay/embedded/certificates';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** A certificate authority for stand-ins of services on the internet, under whatever names they have. */
export class TestAuthority {
  readonly #issued: Issued;
  readonly #validity: Validity;

  private constructor(issued: Issued, validity: Validity) {
    this.#issued = issued;
    this.#validity = validity;
  }

  static async create(): Promise<TestAuthority> {
    const validity = { from: new Date(Date.now() - DAY_MS), until: new Date(Date.now() + DAY_MS) };
    return new TestAuthority(await createAuthority(validity), validity);
  }

  /** In PEM, for clients that are to trust it. */
  get certificate(): string {
    return this.#issued.certificate;
  }

  /** The options of a TLS server that has all these names. */
  async serverFor(hosts: readonly string[]): Promise<{ readonly cert: string; readonly key: string }> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificate = await X509CertificateGenerator.create({
      serialNumber: `40${randomBytes(15).toString('hex')}`,
      issuer: new X509Certificate(this.#issued.certificate).subject,
      notBefore: this.#validity.from,
      notAfter: this.#validity.until,
      signingAlgorithm: ALGORITHM,
      publicKey: publicKey.toCryptoKey(ALGORITHM, true, ['verify']),
      signingKey: createPrivateKey(this.#issued.key.reveal()).toCryptoKey(ALGORITHM, false, ['sign']),
      extensions: [
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: 'dns' as const, value })),
          true,
        ),
      ],
    });
    return { cert: certificate.toString('pem'), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
}
