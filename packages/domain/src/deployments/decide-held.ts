import { AppError } from '@patchbay/foundation';
import type { Permission } from '../organizations/index.ts';
import type { Deployment } from './deployment.ts';

/** How whoever asks proved who they are. */
export type Authentication = 'browser_session' | 'api_key' | 'access_token';

export interface HeldQuestion {
  readonly authentication: Authentication;
  /** Of the asker, in the organization. */
  readonly permissions: ReadonlySet<Permission>;
  readonly deployment: Pick<Deployment, 'id' | 'state'>;
  /** The newest deployment of the connector. */
  readonly newestId: string;
}

/**
 * Who may let a held version go live, all of it: a person who holds `deployments:approve`, in their own browser session.
 * A key or a token is not a person's yes, whoever it belongs to: the program that holds it may be the party that is
 * controlled. Null lets them; otherwise the refusal. Pure.
 */
export function refusalToResolve(question: HeldQuestion): AppError | null {
  const { authentication, permissions, deployment, newestId } = question;
  if (authentication !== 'browser_session') return new AppError('admin.person_required');
  if (!permissions.has('deployments:approve')) {
    return new AppError('admin.permission_missing', { data: { permission: 'deployments:approve' } });
  }
  if (deployment.state !== 'held') return new AppError('deployments.not_held');
  // Nobody goes back to a version that waited while a later one was decided.
  if (deployment.id !== newestId) return new AppError('deployments.live_changed');
  return null;
}
