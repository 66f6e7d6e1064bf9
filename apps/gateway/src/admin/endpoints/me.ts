/** The caller, with the organizations they reach. */
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { accessesOf } from './accesses-of.ts';
import { Instant, PermissionName, Role } from './parts.ts';

export const Me = z
  .object({
    kind: z.enum(['person', 'api_key', 'token']),
    person: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
    apiKey: z
      .object({ id: z.string(), name: z.string(), kind: z.enum(['admin', 'deploy']), expiresAt: Instant })
      .nullable(),
    signIn: z
      .object({
        client: z.object({ id: z.string(), name: z.string() }),
        scopes: z.array(z.string()),
        tokenExpiresAt: Instant,
        expiresAt: Instant.meta({ description: 'Moves on while it is used, unless a typed code gave it.' }),
      })
      .nullable()
      .meta({
        description: 'The sign-in of a program with an access token: what the person allowed it, and until when.',
      }),
    organizations: z.array(
      z.object({
        id: z.string(),
        slug: z.string(),
        name: z.string(),
        roles: z.array(Role),
        permissions: z.array(PermissionName),
        ownSignIn: z.boolean().meta({ description: 'Whether its members can sign in through its identity provider.' }),
      }),
    ),
  })
  .meta({ id: 'Me' });

export const getMe = defineEndpoint({
  method: 'GET',
  path: '/me',
  summary: 'The caller and their organizations',
  tag: 'Organizations',
  permission: { none: 'every caller may read who they are' },
  audit: { none: 'a read of the caller’s own record' },
  params: z.object({}),
  reply: Me,
}).personal(async ({ caller }, deps) => {
  const accesses = await accessesOf(caller, deps);
  return {
    kind: caller.kind,
    person: caller.person,
    apiKey:
      caller.kind === 'api_key'
        ? {
            id: caller.apiKey.id,
            name: caller.apiKey.name,
            kind: caller.apiKey.kind === 'deploy' ? ('deploy' as const) : ('admin' as const),
            expiresAt: caller.apiKey.expiresAt.toISOString(),
          }
        : null,
    signIn:
      caller.kind === 'token'
        ? {
            client: { id: caller.grant.clientId, name: caller.grant.clientName },
            scopes: [...caller.scopes],
            tokenExpiresAt: caller.tokenExpiresAt.toISOString(),
            expiresAt: caller.grant.expiresAt.toISOString(),
          }
        : null,
    organizations: accesses
      .filter(({ organization }) => organization.deletedAt === null)
      .map(({ organization, roles, permissions, ownSignIn }) => ({
        id: organization.id,
        slug: organization.slug,
        name: organization.name,
        roles: [...roles],
        permissions: [...permissions],
        ownSignIn,
      })),
  };
});
