import { Secret } from '@patchbay/foundation';
import { SANDBOX_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { decodeMixed, encodeMixedFrame, FrameError } from '../frames/frame.ts';
import { type PostgresTarget, postgresTargetSchema } from './postgres-target.ts';

const placementSchema = z.discriminatedUnion('in', [
  /** `Authorization` with `Bearer `, `X-Api-Key` with nothing. */
  z.strictObject({ in: z.literal('header'), name: z.string().min(1).max(64), prefix: z.string().max(64) }),
  z.strictObject({ in: z.literal('query'), name: z.string().min(1).max(64) }),
  /** RFC 7617: the value is `user:password`, of which one part is secret. */
  z.strictObject({ in: z.literal('basic'), secretPart: z.enum(['user', 'password']) }),
]);

/** Where in a request the value of a credential is put. */
export type CredentialPlacement = Readonly<z.infer<typeof placementSchema>>;

/**
 * One credential, opened for one invocation. Its provider's rules are those that came with the sandbox's code and settings:
 * the provider, the connection and the manifest each have to name the host of a request.
 */
export interface CredentialGrant {
  /** Id of its connection. Connector code never gets it. */
  readonly id: string;
  /** The connector's name for the connection. Several have the same where the caller has several accounts. */
  readonly name: string;
  /** The account's label, by which code chooses among several. */
  readonly account: string;
  /** The one among several that requests without a choice are sent with. */
  readonly isDefault: boolean;
  readonly provider: string;
  /** The exact host that was recorded when the connection was made; null where the provider has fixed hosts. */
  readonly connectionHost: string | null;
  /** Hosts the organization's egress policy allows; null where it does not narrow. */
  readonly organizationHosts: readonly string[] | null;
  /** The database that the secret is the password of. Such a grant has no provider hosts: no request carries it. */
  readonly postgres?: PostgresTarget | undefined;
  readonly placement: CredentialPlacement;
  readonly secret: Secret;
  /** Grows with every new value, so that an answer to an old one refreshes nothing. */
  readonly revision: number;
}

const headerSchema = z.strictObject({
  id: z.string(),
  grants: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        name: z.string().min(1).max(64),
        account: z.string().min(1).max(256),
        isDefault: z.boolean(),
        provider: z.string().min(1).max(64),
        connectionHost: z.string().max(253).nullable(),
        organizationHosts: z.array(z.string().min(1).max(253)).max(SANDBOX_LIMITS.credentialHosts.value).nullable(),
        postgres: postgresTargetSchema.optional(),
        placement: placementSchema,
        revision: z.number().int().nonnegative(),
        secretBytes: z.number().int().positive().max(SANDBOX_LIMITS.credentialBytes.value),
      }),
    )
    .max(64),
});

/**
 * The answer to a supervisor's `pullCredentials` or `refreshCredential`. The values are the bytes behind the header, never
 * members of a JSON text: printing, logging or serialising the header or a grant reveals none of them.
 */
export function encodeCredentials(type: number, id: string, grants: readonly CredentialGrant[]): Buffer {
  const values = grants.map(({ secret }) => Buffer.from(secret.reveal()));
  const header: z.input<typeof headerSchema> = {
    id,
    grants: grants.map((grant, index) => ({
      id: grant.id,
      name: grant.name,
      account: grant.account,
      isDefault: grant.isDefault,
      provider: grant.provider,
      connectionHost: grant.connectionHost,
      organizationHosts: grant.organizationHosts && [...grant.organizationHosts],
      ...(grant.postgres && { postgres: grant.postgres }),
      placement: grant.placement,
      revision: grant.revision,
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
