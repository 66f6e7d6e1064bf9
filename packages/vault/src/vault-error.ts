/** A sealed value or a wrapped key was altered. The message gives no further reason, so that it is no oracle. */
export class VaultError extends Error {
  constructor(message = 'The sealed value cannot be opened.') {
    super(message);
    this.name = 'VaultError';
  }
}
