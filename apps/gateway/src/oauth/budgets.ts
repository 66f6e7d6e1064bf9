import { BlockList, isIP } from 'node:net';
import { AppError } from '@patchbay/foundation';
import { CLIENT_RANGES, OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { networkOf } from '../identity/network-of.ts';
import type { SignedInNetworks } from './signed-in-networks.ts';

export interface BudgetsDeps {
  readonly store: Pick<EphemeralStore, 'admit'>;
  readonly signedIn: Pick<SignedInNetworks, 'has'>;
}

const WINDOW_SECONDS = 3_600;

const shared = new BlockList();
for (const { network } of CLIENT_RANGES) {
  const [address = '', prefix] = network.split('/');
  shared.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * How often clients may register and ask for authorization. There is no budget for the whole installation: registering
 * stores nothing, so that many of one sender keep no other sender out. A network from which a person connected a client
 * before has a second budget, for when strangers there have used up the first.
 */
export class Budgets {
  readonly #deps: BudgetsDeps;

  constructor(deps: BudgetsDeps) {
    this.#deps = deps;
  }

  /**
   * @param isBrowser a page registers through its visitors: it takes nothing from their programs
   * @throws AppError `oauth.too_many_requests`
   */
  async admitRegistration(address: string, isBrowser: boolean): Promise<void> {
    const perAddress = OAUTH_LIMITS.registrationsPerAddress.value;
    if (isBrowser) return this.#admit(['registration of a page', networkOf(address)], perAddress);
    if (shared.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) {
      return this.#admit(['registration', 'shared by a hosted client'], OAUTH_LIMITS.registrationsPerClientRange.value);
    }
    const { allowed, retryAfterSeconds } = await this.#count(['registration', networkOf(address)], perAddress);
    if (allowed) return;
    if (!(await this.#deps.signedIn.has(address))) throw new AppError('oauth.too_many_requests', { retryAfterSeconds });
    const key = ['registration where a person signed in', networkOf(address)];
    await this.#admit(key, OAUTH_LIMITS.registrationsPerSignedInAddress.value);
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
      const { allowed, retryAfterSeconds } = await this.#deps.store.admit(key, window);
      if (!allowed) throw new AppError('oauth.too_many_codes', { retryAfterSeconds });
    }
  }

  async #admit(key: readonly string[], max: number): Promise<void> {
    const { allowed, retryAfterSeconds } = await this.#count(key, max);
    if (!allowed) throw new AppError('oauth.too_many_requests', { retryAfterSeconds });
  }

  #count(key: readonly string[], max: number) {
    return this.#deps.store.admit(key, { max, windowSeconds: WINDOW_SECONDS });
  }
}
