import { BlockList, isIP } from 'node:net';
import { AppError } from '@patchbay/foundation';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { networkOf } from '../identity/network-of.ts';

/** Shared addresses of hosted clients, as their vendors publish them. */
const CLIENT_RANGES: readonly (readonly [address: string, prefix: number])[] = [
  // Claude: https://platform.claude.com/docs/en/api/ip-addresses, seen 2026-11-21.
  ['160.79.104.0', 21],
];
const WINDOW_SECONDS = 3_600;

const shared = new BlockList();
for (const [address, prefix] of CLIENT_RANGES) shared.addSubnet(address, prefix, 'ipv4');

/**
 * How often clients may register and ask for authorization. There is no budget for the whole installation: registering
 * stores nothing, so that many of one sender keep no other sender out.
 */
export class Budgets {
  readonly #store: Pick<EphemeralStore, 'admit'>;

  constructor(store: Pick<EphemeralStore, 'admit'>) {
    this.#store = store;
  }

  /**
   * @param isBrowser a page registers through its visitors: it takes nothing from their programs
   * @throws AppError `oauth.too_many_requests`
   */
  async admitRegistration(address: string, isBrowser: boolean): Promise<void> {
    const kind = isBrowser ? 'registration of a page' : 'registration';
    const isShared = shared.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
    if (isShared && !isBrowser) {
      await this.#admit([kind, 'shared by a hosted client'], OAUTH_LIMITS.registrationsPerClientRange.value);
    } else await this.#admit([kind, networkOf(address)], OAUTH_LIMITS.registrationsPerAddress.value);
  }

  /** @throws AppError `oauth.too_many_requests` */
  async admitAuthorization(address: string): Promise<void> {
    await this.#admit(['authorization', networkOf(address)], OAUTH_LIMITS.authorizationsPerAddress.value);
  }

  /** @throws AppError `oauth.too_many_requests` */
  async admitDeviceCode(address: string): Promise<void> {
    await this.#admit(['device code', networkOf(address)], OAUTH_LIMITS.deviceCodesPerAddress.value);
  }

  /**
   * A code that a person types, or answers for. Counted for the sign-in and for its network, so that guessing needs both.
   *
   * @throws AppError `oauth.too_many_codes`
   */
  async admitUserCode(address: string, sessionId: string): Promise<void> {
    const keys = [
      { key: ['user code of a session', sessionId], max: OAUTH_LIMITS.userCodesPerSession.value },
      { key: ['user code', networkOf(address)], max: OAUTH_LIMITS.userCodesPerAddress.value },
    ];
    for (const { key, max } of keys) {
      const window = { max, windowSeconds: OAUTH_LIMITS.deviceCode.value };
      const { allowed, retryAfterSeconds } = await this.#store.admit(key, window);
      if (!allowed) throw new AppError('oauth.too_many_codes', { retryAfterSeconds });
    }
  }

  async #admit(key: readonly string[], max: number): Promise<void> {
    const { allowed, retryAfterSeconds } = await this.#store.admit(key, { max, windowSeconds: WINDOW_SECONDS });
    if (!allowed) throw new AppError('oauth.too_many_requests', { retryAfterSeconds });
  }
}
