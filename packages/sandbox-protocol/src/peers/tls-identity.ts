/** The TLS identity of a process of the platform towards other machines, and the authority that it trusts. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { Secret } from '@patchbay/foundation';
import { z } from 'zod';

/** All in PEM. */
export interface TlsIdentity {
  readonly authority: string;
  readonly certificate: string;
  readonly key: Secret;
}

/** The part of an app's environment that names its certificate; spread it into the app's own schema. */
export const tlsFileFields = {
  /** Certificate of the authority that `npm run certificates` made for this installation. No other is trusted. */
  SUPERVISOR_TLS_CA_FILE: z.string().min(1).optional(),
  /** Certificate of this process, issued by that authority. */
  SUPERVISOR_TLS_CERT_FILE: z.string().min(1).optional(),
  /** Its private key, mode 0600. */
  SUPERVISOR_TLS_KEY_FILE: z.string().min(1).optional(),
};

const NAMES = ['SUPERVISOR_TLS_CA_FILE', 'SUPERVISOR_TLS_CERT_FILE', 'SUPERVISOR_TLS_KEY_FILE'] as const;
type TlsFileVariables = Readonly<Partial<Record<(typeof NAMES)[number], string | undefined>>>;

export interface Problem<Variable extends string = string> {
  readonly variable: Variable;
  readonly message: string;
}

/** The missing settings of a process with connections to other machines, `why` in the operator's words. */
export function tlsFileProblems(given: TlsFileVariables, why: string | null): Problem<(typeof NAMES)[number]>[] {
  const isWanted = why !== null || NAMES.some((name) => given[name] !== undefined);
  if (!isWanted) return [];
  const message = why === null ? 'is needed beside the other two' : `is needed for ${why}`;
  return NAMES.filter((name) => given[name] === undefined).map((variable) => ({ variable, message }));
}

/** Reads the three files. @returns undefined where none is named @throws Error when one is missing or they do not fit */
export async function loadTlsIdentity(given: TlsFileVariables): Promise<TlsIdentity | undefined> {
  const [authority, certificate, key] = NAMES.map((name) => given[name]);
  if (authority === undefined || certificate === undefined || key === undefined) return undefined;
  const identity = {
    authority: await readFile(authority, 'utf8'),
    certificate: await readFile(certificate, 'utf8'),
    key: new Secret(await readFile(key, 'utf8')),
  };
  try {
    // Now, and not at the first connection: a key of another certificate is a mistake in the configuration.
    createSecureContext({ ca: identity.authority, cert: identity.certificate, key: identity.key.reveal() });
  } catch (error) {
    throw new Error(`${certificate} and ${key} are no certificate and its key`, { cause: error });
  }
  return identity;
}
