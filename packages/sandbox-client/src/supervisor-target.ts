import { formatHostAndPort } from '@patchbay/sandbox-protocol/peers';

/** Where one supervisor is looked for. Between machines `id` is the host id its certificate must name. */
export type SupervisorTarget =
  | { readonly id: string; readonly socketPath: string }
  | { readonly id: string; readonly host: string; readonly port: number };

/** The supervisors to look for; they may come and go. */
export interface SupervisorSource {
  /** Calls back with the targets now and after every change, all of them each time. */
  follow(listener: (targets: readonly SupervisorTarget[]) => void): void;
  close(): void;
}

/** Supervisors that do not change while this process runs. */
export function fixedSupervisors(targets: readonly SupervisorTarget[]): SupervisorSource {
  return { follow: (listener) => listener(targets), close: () => {} };
}

/** For logs and health. */
export function addressOf(target: SupervisorTarget): string {
  return 'socketPath' in target ? target.socketPath : formatHostAndPort(target);
}

export function isSameTarget(one: SupervisorTarget, other: SupervisorTarget): boolean {
  return one.id === other.id && addressOf(one) === addressOf(other);
}
