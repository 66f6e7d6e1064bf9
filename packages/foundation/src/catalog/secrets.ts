import type { ErrorSpec } from '../errors.ts';
import { ADMIN_LIMITS, formatLimit } from '../limits/index.ts';

export const SECRETS_ERRORS = {
  'secrets.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such secret.',
    hint: 'List the names with `patchbay secrets list`.',
  },
  'secrets.name_invalid': {
    status: 422,
    owner: 'caller',
    title: 'This is not the name of a secret.',
    hint: 'Use capital letters, digits and underscores, starting with a letter, at most 64 characters: API_TOKEN.',
  },
  'secrets.value_invalid': {
    status: 422,
    owner: 'caller',
    title: `The value of a secret has 1 byte to ${formatLimit(ADMIN_LIMITS.secret)}.`,
    hint: 'Store larger material elsewhere and keep only its key here.',
  },
  'secrets.unreadable': {
    status: 500,
    owner: 'platform',
    title: 'A stored secret cannot be opened.',
    hint: 'The master key does not match the database, or a row was altered. The operator compares MASTER_KEY_FILE with the backup.',
  },
} as const satisfies Record<string, ErrorSpec>;
