import { AppError } from '@patchbay/foundation';
import { healthSchema } from '@patchbay/foundation/health';

/**
 * Asks the supervisor whether connectors may run on this machine. Development starts all the same and reports it in
 * `/health`; a production installation that could run no connector does not start.
 *
 * @throws AppError start.host_unfit with every missing isolation layer and limit
 */
export async function refuseUnfitHost(supervisorPort: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${supervisorPort}/health`);
  const { state, checks } = healthSchema.parse(await answer.json());
  if (state !== 'down') return;
  throw unfitHost(Object.values(checks).flatMap((check) => (check.state === 'down' ? check.reasons : [])));
}

export function unfitHost(reasons: readonly string[]): AppError {
  return new AppError('start.host_unfit', {
    detail: `Connectors cannot be isolated and limited here:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`,
    data: { reasons },
  });
}

/** @param reason why processes cannot have users of their own */
export function unfitUsers(reason: string): AppError {
  return new AppError('start.host_unfit', {
    detail: `Gateway, worker and dashboard cannot run as users of their own: ${reason}`,
    hint: 'Move checkout and data where other users can enter (chmod 711 on the directory), or let them run as root with PATCHBAY_REQUIRE_FULL_LIMITS=false.',
    data: { reasons: [reason] },
  });
}
