import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const SignIn = z.object({
  accessToken: z.string(),
  /** Null after a code that was typed. */
  refreshToken: z.string().nullable(),
  expiresAt: z.iso.datetime(),
  scopes: z.array(z.string()).readonly(),
});

const Login = z.object({
  origin: z.url(),
  /** Null for a person of several, who names one with each command. */
  organization: z.string().nullable(),
  /** One of the two: a key, or a person's sign-in. */
  apiKey: z.string().optional(),
  signIn: SignIn.optional(),
  /** For `patchbay call`. */
  mcpApiKey: z.string().optional(),
});
export type Login = z.output<typeof Login>;

/** The login that `patchbay login` stores: one installation with a sign-in or keys, in a file only its owner can read. */
export class LoginStore {
  readonly file: string;

  constructor(configDirectory: string) {
    this.file = path.join(configDirectory, 'patchbay', 'login.json');
  }

  /** null when there is no login; a file that cannot be read counts as none. */
  async find(): Promise<Login | null> {
    try {
      return Login.parse(JSON.parse(await readFile(this.file, 'utf8')));
    } catch {
      return null;
    }
  }

  /** Written beside and renamed, so that no secret is ever in a file others can read. */
  async write(login: Login): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    const next = `${this.file}.${process.pid}`;
    await writeFile(next, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
    await chmod(next, 0o600);
    await rename(next, this.file);
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
