import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const Login = z.object({
  origin: z.url(),
  organization: z.string(),
  apiKey: z.string(),
  /** For `patchbay call`. */
  mcpApiKey: z.string().optional(),
});
export type Login = z.output<typeof Login>;

/** The login that `patchbay login` stores: one installation and its keys, in a file only its owner can read. */
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

  /** Written beside and renamed, so that the key is never in a file others can read. */
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
