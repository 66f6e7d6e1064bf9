/** Whether an action is allowed now, and if not, why: the dashboard disables with a reason, and copies no rule. */
import type { Permission } from '@patchbay/domain/organizations';
import type { Access } from '../access/caller.ts';

export interface ActionAnswer {
  readonly allowed: boolean;
  readonly reason: string | null;
}

export const ALLOWED: ActionAnswer = { allowed: true, reason: null };

/** The first obstacle decides; an obstacle that is false is none. */
export function allowedUnless(...obstacles: readonly (string | false | null)[]): ActionAnswer {
  const reason = obstacles.find((obstacle): obstacle is string => typeof obstacle === 'string');
  return reason === undefined ? ALLOWED : { allowed: false, reason };
}

/** An obstacle for callers without the permission. */
export function lacks(access: Access, permission: Permission): string | false {
  return !access.permissions.has(permission) && `Needs the permission ${permission}.`;
}

export const PERSON_ONLY = 'Only a signed-in person may do this.';
export const OWNER_ONLY = 'Only an owner may give or take the role of owner.';
