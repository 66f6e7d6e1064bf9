import { AppError } from '@patchbay/foundation';

/** A port of this machine; 0, a free one, unless given. @throws AppError cli.usage */
export function readPort(given: string | undefined): number {
  if (given === undefined) return 0;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new AppError('cli.usage', { detail: '--port takes a number from 1 to 65535.' });
}
