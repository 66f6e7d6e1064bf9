import { AppError } from '@patchbay/foundation';
import type { Permission } from '../organizations/index.ts';
import type { Deployment } from './deployment.ts';

/** How the caller authenticated. */
export type Authentication = 'browser_session' | 'api_key' | 'access_token';

export interface HeldInput {
  readonly authentication: Authentication;
  /** Permissions of the caller in the organization. */
  readonly permissions: ReadonlySet<Permission>;
  readonly deployment: Pick<Deployment, 'id' | 'state'>;
  /** The newest deployment of the connector. */
  readonly newestId: string;
}

/**
 * The complete rule for who may activate a held version: a person who holds `deployments:approve`, in their own browser
 * session. A key or a token is not a person's consent: the program that holds it may be the party under control. Null
 * permits; otherwise the refusal. Pure.
 */
export function refusalToResolve(question: HeldInput): AppError | null {
  const { authentication, permissions, deployment, newestId } = question;
  if (authentication !== 'browser_session') return new AppError('admin.person_required');
  if (!permissions.has('deployments:approve')) {
    return new AppError('admin.permission_missing', { data: { permission: 'deployments:approve' } });
  }
  if (deployment.state !== 'held') return new AppError('deployments.not_held');
  // A version that waited while a later one was decided is never activated.
  if (deployment.id !== newestId) return new AppError('deployments.live_changed');
  return null;
}
