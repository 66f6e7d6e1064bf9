/** Schemas that several resources are made of. */

import { ALL_PERMISSIONS, ROLES } from '@patchbay/domain/organizations';
import { integerParameter, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, ADMIN_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';

export const Instant = z.iso.datetime().meta({ description: 'UTC, ISO 8601.' });

/** The `nextCursor` of the page before. */
export const Cursor = text().max(512);

/** A list's window. `cursor` is the `nextCursor` of the page before. */
export const PageQuery = z.object({
  cursor: Cursor.optional(),
  limit: integerParameter({ min: 1, max: ADMIN_LIMITS.pageMost.value }).default(ADMIN_LIMITS.pageDefault.value),
});

/** One page of `items`; `nextCursor` is null on the last. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).meta({ id });
}

export const OrganizationParams = z.object({
  organization: text().min(1).max(64).meta({ description: 'Slug or `org_` id.' }),
});

export const ConnectorParams = OrganizationParams.extend({
  connector: text().min(1).max(64).meta({ description: 'Slug or `con_` id.' }),
});

export const VersionParams = ConnectorParams.extend({
  number: integerParameter({ min: 1 }).meta({ description: 'Number of the version.' }),
});

export const Role = z.enum(ROLES).meta({ id: 'Role' });
export const PermissionName = z.enum(ALL_PERMISSIONS).meta({ id: 'Permission' });

/** Whether an action is allowed now for this caller; when not, `reason` is a sentence. */
export const ActionState = z
  .object({ allowed: z.boolean(), reason: z.string().nullable() })
  .meta({ id: 'ActionState' });

/** The actor of a change. */
export const Actor = z
  .object({
    kind: z.enum(['person', 'api_key', 'service_account', 'system']),
    id: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'A name for people to read: a person, a key, a process.' }),
    client: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The program that acted for a person, such as the command line.' }),
  })
  .meta({ id: 'Actor' });

export const LogLevel = z.enum(['debug', 'info', 'warn', 'error']).meta({ id: 'LogLevel' });

export const Slug = text()
  .min(1)
  .max(64)
  .meta({ description: '2 to 32 characters of a to z, 0 to 9 and single hyphens, with no hyphen at an end.' });

export const DisplayName = text().trim().min(1).max(ACCOUNT_LIMITS.displayName.value);

/** Why an activation waits, in words for people. */
export const HoldReason = z.object({ code: z.string(), reason: z.string() }).meta({ id: 'HoldReason' });
