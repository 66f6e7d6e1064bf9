/**
 * The authority of one installation and the certificates its machines know each other by. It signs nothing for the public
 * and is believed by our processes alone; elliptic curve P-256, one name per certificate.
 */
// The library keeps its parts in a container that needs this before everything else.
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const CURVE = 'P-256';
const ALGORITHM = { name: 'ECDSA', namedCurve: CURVE, hash: 'SHA-256' };
const AUTHORITY_NAME = 'CN=Patchbay installation';

/** A certificate and its private key, in PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: Secret;
}

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

export interface Subject {
  /** The one alternative name. */
  readonly uri: string;
  /** Which end of a connection it may be. */
  readonly usage: 'server' | 'client';
}

/** A new authority. The holder of its key can impersonate every machine of the installation. */
export async function createAuthority({ from, until }: Validity): Promise<Issued> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: AUTHORITY_NAME,
    notBefore: from,
    notAfter: until,
    signingAlgorithm: ALGORITHM,
    keys: { publicKey: verifying(publicKey), privateKey: signing(privateKey) },
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  });
  return { certificate: pemOf(certificate), key: keyPem(privateKey) };
}

/** A certificate for one process, with a new key of its own. */
export async function issueCertificate(
  authority: Issued,
  subject: Subject,
  { from, until }: Validity,
): Promise<Issued> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
  const usage = subject.usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: new X509Certificate(authority.certificate).subject,
    notBefore: from,
    notAfter: until,
    signingAlgorithm: ALGORITHM,
    publicKey: verifying(publicKey),
    signingKey: signing(createPrivateKey(authority.key.reveal())),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage], true),
      // Critical, because the subject is empty: there is no other name (RFC 5280 §4.2.1.6).
      new SubjectAlternativeNameExtension([{ type: 'url', value: subject.uri }], true),
    ],
  });
  return { certificate: pemOf(certificate), key: keyPem(privateKey) };
}

const signing = (key: KeyObject) => key.toCryptoKey(ALGORITHM, false, ['sign']);
const verifying = (key: KeyObject) => key.toCryptoKey(ALGORITHM, true, ['verify']);
const pemOf = (certificate: X509Certificate) => `${certificate.toString('pem')}\n`;
const keyPem = (key: KeyObject) => new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString());

/** 127 random bits: positive, and never the same twice. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
