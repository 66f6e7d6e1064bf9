import { Secret } from '@patchbay/foundation';
import { SANDBOX_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { decodeMixed, encodeMixedFrame, FrameError } from '../frames/frame.ts';
import { type PostgresTarget, postgresTargetSchema } from './postgres-target.ts';

/**
 * One credential, opened for one invocation, with three of the four allow-lists of its hosts. The manifest is the
 * fourth.
 */
export interface CredentialGrant {
  /** The connector's name for the connection. Several have the same where the caller has several accounts. */
  readonly name: string;
  /** The account's label, by which code chooses among several. */
  readonly account: string;
  /** The one among several that requests without a choice are sent with. */
  readonly isDefault: boolean;
  readonly secret: Secret;
  /** Where the value is put: `Authorization` with `Bearer `, `X-Api-Key` with nothing. */
  readonly header: { readonly name: string; readonly prefix: string };
  /** Hosts of the provider's catalogue entry. `*.name` covers hosts that any customer can rent. */
  readonly providerHosts: readonly string[];
  /** The exact host that was recorded when the connection was made; null where the provider has fixed hosts. */
  readonly connectionHost: string | null;
  /** Hosts the organization's egress policy allows; null where it does not narrow. */
  readonly organizationHosts: readonly string[] | null;
  /** Paths that answer tokens: no credential is ever sent to them. */
  readonly tokenPaths: readonly string[];
  /** The database that the secret is the password of. Such a grant has no provider hosts: no request carries it. */
  readonly postgres?: PostgresTarget | undefined;
}

const hosts = z.array(z.string().min(1).max(253)).max(SANDBOX_LIMITS.credentialHosts.value);

const headerSchema = z.strictObject({
  id: z.string(),
  grants: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        account: z.string().min(1).max(256),
        isDefault: z.boolean(),
        header: z.strictObject({ name: z.string().min(1).max(64), prefix: z.string().max(64) }),
        providerHosts: hosts,
        connectionHost: z.string().max(253).nullable(),
        organizationHosts: hosts.nullable(),
        tokenPaths: z.array(z.string().max(1024)).max(64),
        postgres: postgresTargetSchema.optional(),
        secretBytes: z.number().int().positive().max(SANDBOX_LIMITS.credentialBytes.value),
      }),
    )
    .max(64),
});

/**
 * The answer to a supervisor's `pullCredentials`. The values are the bytes behind the header, never members of a JSON
 * text: printing, logging or serialising the header or a grant reveals none of them.
 */
export function encodeCredentials(type: number, id: string, grants: readonly CredentialGrant[]): Buffer {
  const values = grants.map(({ secret }) => Buffer.from(secret.reveal()));
  const header: z.input<typeof headerSchema> = {
    id,
    grants: grants.map(({ secret: _, ...grant }, index) => ({
      name: grant.name,
      account: grant.account,
      isDefault: grant.isDefault,
      header: grant.header,
      providerHosts: [...grant.providerHosts],
      connectionHost: grant.connectionHost,
      organizationHosts: grant.organizationHosts && [...grant.organizationHosts],
      tokenPaths: [...grant.tokenPaths],
      ...(grant.postgres && { postgres: grant.postgres }),
      secretBytes: values[index]?.byteLength ?? 0,
    })),
  };
  return encodeMixedFrame(type, header, Buffer.concat(values));
}

/** @throws FrameError, ZodError when it is not what `encodeCredentials` wrote */
export function decodeCredentials(payload: Buffer): { readonly id: string; readonly grants: CredentialGrant[] } {
  const { header, bytes } = decodeMixed(payload);
  const { id, grants } = headerSchema.parse(header);
  let offset = 0;
  const opened = grants.map(({ secretBytes, ...grant }) => {
    const secret = new Secret(bytes.subarray(offset, offset + secretBytes).toString('utf8'));
    offset += secretBytes;
    return { ...grant, secret };
  });
  if (offset !== bytes.byteLength) throw new FrameError('The values of credentials do not fit their lengths.');
  return { id, grants: opened };
}
