import { appendFile, chmod } from 'node:fs/promises';
import path from 'node:path';

/** Mail of an installation without a mail server, below its data directory. */
export const KEPT_NOTICES = 'mail.txt';

/**
 * Shows a process's texts at the terminal. Those to keep are also added to a file that only the user of the start can
 * read: a terminal scrolls, and they may hold links.
 */
export function showNotices(dataDirectory: string, say: (text: string) => void) {
  const file = path.join(dataDirectory, KEPT_NOTICES);
  return (text: string, { keep }: { readonly keep: boolean }): void => {
    say(text);
    if (keep) keepNotice(file, text).catch((error: unknown) => say(`The mail above is not in ${file}: ${error}`));
  };
}

async function keepNotice(file: string, text: string): Promise<void> {
  await appendFile(file, `${new Date().toISOString()}\n${text}\n\n`, { mode: 0o600 });
  // An older file may be another's to read.
  await chmod(file, 0o600);
}
