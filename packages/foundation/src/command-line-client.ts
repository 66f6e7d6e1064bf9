/**
 * The command line as an OAuth client: the same at every installation. It is public, since a secret in a program that
 * anyone can download is none, so what it may ask for is all that is known of it.
 *
 * @see RFC 8252 §7.3 (loopback, at whatever port is free), §8.5
 */
export const COMMAND_LINE_CLIENT = {
  id: 'patchbay-cli',
  name: 'Patchbay command line',
  /** Without a port: the one that answers is chosen for each sign-in. */
  redirectUri: 'http://127.0.0.1/callback',
} as const;

/** @see RFC 8628 §3.4 */
export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
