/** A sealed value or a wrapped key is not as it was sealed. Says no more, for the same reason. */
export class VaultError extends Error {
  constructor(message = 'The sealed value cannot be opened.') {
    super(message);
    this.name = 'VaultError';
  }
}
