import { ACCOUNT_LIMITS } from './accounts.ts';
import { ADMIN_LIMITS } from './admin-api.ts';
import { CALL_LIMITS } from './calls.ts';
import { DEPLOY_LIMITS } from './deploys.ts';
import type { LimitGroup } from './limit.ts';
import { MAIL_LIMITS } from './mail.ts';
import { OAUTH_LIMITS } from './oauth.ts';
import { ADDRESS_LIMITS, PLAN_LIMITS } from './plans.ts';
import { RETENTION } from './retention.ts';
import { SANDBOX_LIMITS } from './sandboxes.ts';
import { STREAM_LIMITS } from './streams.ts';

export { formatLimit, formatNumber, type Limit, type LimitGroup, type RaisedBy } from './limit.ts';
export { type InstallationLimits, LIMIT_VALUE_MAX, parseLimitSettings } from './limit-settings.ts';
export {
  type AddressLimits,
  CLIENT_RANGES,
  PLAN_LIMITS,
  type PlanLimits,
  STANDARD_ADDRESS_LIMITS,
  STANDARD_PLAN,
} from './plans.ts';
export {
  ACCOUNT_LIMITS,
  ADDRESS_LIMITS,
  ADMIN_LIMITS,
  CALL_LIMITS,
  DEPLOY_LIMITS,
  MAIL_LIMITS,
  OAUTH_LIMITS,
  RETENTION,
  SANDBOX_LIMITS,
  STREAM_LIMITS,
};

/** All limits in the order of `docs/limits.md`. */
export const LIMIT_SECTIONS: readonly { readonly title: string; readonly limits: LimitGroup }[] = [
  { title: 'Calls', limits: CALL_LIMITS },
  { title: 'Calls of an organization: plan standard', limits: PLAN_LIMITS },
  { title: 'Requests without a valid credential', limits: ADDRESS_LIMITS },
  { title: 'Streams, sessions and lists', limits: STREAM_LIMITS },
  { title: 'Sandboxes', limits: SANDBOX_LIMITS },
  { title: 'Deploys', limits: DEPLOY_LIMITS },
  { title: 'Accounts and keys', limits: ACCOUNT_LIMITS },
  { title: 'Mail', limits: MAIL_LIMITS },
  { title: 'Connected clients', limits: OAUTH_LIMITS },
  { title: 'Admin API', limits: ADMIN_LIMITS },
  { title: 'Retention', limits: RETENTION },
];

/** Bounds of the age of a sign-in that a connector demands, in minutes. */
export const DEMAND_MINUTES = {
  min: ACCOUNT_LIMITS.demandLeast.value / 60,
  max: ACCOUNT_LIMITS.demandMost.value / 60,
} as const;

/** How long a password of an account may be. */
export const PASSWORD_CHARACTERS = {
  min: ACCOUNT_LIMITS.passwordLeast.value,
  max: ACCOUNT_LIMITS.passwordMost.value,
} as const;
