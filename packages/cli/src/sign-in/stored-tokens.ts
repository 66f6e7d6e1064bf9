import { mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@patchbay/foundation';
import type { Login, LoginStore } from '../login-store.ts';
import { refresh, type SignIn } from './oauth-client.ts';

export type SignedInLogin = Login & { readonly signIn: SignIn };

/** A token this close to its end is replaced first. */
const EARLY_MS = 30_000;

/** `fetch` with the access token of the stored sign-in, which is refreshed when it is due. */
export class StoredTokens {
  readonly #store: LoginStore;
  readonly #origin: string;
  #signIn: SignIn;
  #refreshing: Promise<SignIn> | undefined;

  constructor(store: LoginStore, login: SignedInLogin) {
    this.#store = store;
    this.#origin = login.origin;
    this.#signIn = login.signIn;
  }

  /** @throws AppError cli.sign_in_ended */
  async accessToken(): Promise<string> {
    if (isDue(this.#signIn)) {
      this.#refreshing ??= this.#refresh().finally(() => {
        this.#refreshing = undefined;
      });
      this.#signIn = await this.#refreshing;
    }
    return this.#signIn.accessToken;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    request.headers.set('authorization', `Bearer ${await this.accessToken()}`);
    return fetch(request);
  };

  /**
   * One process at a time: a refresh token that two of them use is taken for a copy. The one that
   * waited finds the tokens of the other in the file.
   */
  #refresh(): Promise<SignIn> {
    return withFileLock(`${this.#store.file}.lock`, async () => {
      const login = await this.#store.find();
      if (login?.signIn === undefined || login.origin !== this.#origin) {
        throw new AppError('cli.sign_in_ended', { detail: `This machine was signed out of ${this.#origin}.` });
      }
      if (!isDue(login.signIn)) return login.signIn;
      const { refreshToken } = login.signIn;
      if (refreshToken === null) {
        throw new AppError('cli.sign_in_ended', { detail: 'A sign-in with a typed code lasts an hour.' });
      }
      const signIn = await refresh(this.#origin, refreshToken, `${this.#origin}/api/v1`);
      await this.#store.write({ ...login, signIn });
      return signIn;
    });
  }
}

function isDue({ expiresAt }: SignIn): boolean {
  return Date.parse(expiresAt) - Date.now() <= EARLY_MS;
}

/** A lock this old was left behind by a process that died. */
const STALE_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** Does the work while no other process of this machine does work under the same lock. */
async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  while (!(await take(file))) await delay(LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const found = await stat(file).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > STALE_MS) await rm(file, { force: true });
    return false;
  }
}
