import type { ErrorSpec } from '../errors.ts';

/**
 * Errors that stop an installation from starting. Shown on the terminal of the person who starts it, never over HTTP.
 */
export const START_ERRORS = {
  'start.already_running': {
    status: 409,
    owner: 'caller',
    title: 'Patchbay already runs on this data directory.',
    hint: 'Use the running one, stop it with Ctrl-C, or set PATCHBAY_DATA to another directory.',
  },
  'start.host_unfit': {
    status: 500,
    owner: 'caller',
    title: 'This machine cannot isolate connectors as production requires.',
    hint: 'Give the supervisor what infra/sandbox/README.md lists, or accept reduced limits with PATCHBAY_REQUIRE_FULL_LIMITS=false; isolation layers are never optional.',
  },
  'start.port_in_use': {
    status: 409,
    owner: 'caller',
    title: 'A port that Patchbay needs is taken.',
    hint: 'Set the named variable to a free port, or stop the program that holds this one.',
  },
  'start.directory_unusable': {
    status: 500,
    owner: 'caller',
    title: 'A directory that Patchbay needs cannot be used.',
    hint: 'Give the user who starts Patchbay the right to write there, or set PATCHBAY_DATA to another directory.',
  },
  'start.installation_incomplete': {
    status: 409,
    owner: 'caller',
    title: 'A file of this installation is missing.',
    hint: 'Follow the message above. Nothing was changed or removed, and nothing is created beside what exists.',
  },
  'start.installation_copied': {
    status: 409,
    owner: 'caller',
    title: 'This data directory is a copy of another one.',
    hint: 'Start the original, or create a second installation with `npm run backup` and `npm run restore`.',
  },
  'start.file_damaged': {
    status: 500,
    owner: 'caller',
    title: 'A file of this installation is damaged.',
    hint: 'Follow the message above for the named file. Nothing was changed or removed.',
  },
  'start.database_damaged': {
    status: 500,
    owner: 'caller',
    title: 'The files of the database are damaged.',
    hint: 'Copy the named directory aside first. Then put the named file back, or restore a backup into another PATCHBAY_DATA: npm run restore.',
  },
  'start.disk_full': {
    status: 507,
    owner: 'caller',
    title: 'There is no space left on the disk.',
    hint: 'Free some space, or set PATCHBAY_DATA to a directory on another disk; nothing that was stored is lost.',
  },
  'start.secrets_unreadable': {
    status: 500,
    owner: 'caller',
    title: 'The generated secrets of this installation cannot be read.',
    hint: 'Restore the file from a backup: without it, the data it protects cannot be decrypted.',
  },
  'start.postgres_unsupported': {
    status: 500,
    owner: 'caller',
    title: 'There is no embedded PostgreSQL for this machine.',
    hint: 'Set DATABASE_URL to a PostgreSQL 16 or newer that you run yourself.',
  },
  'start.postgres_failed': {
    status: 500,
    owner: 'platform',
    title: 'The embedded PostgreSQL did not start.',
    hint: 'Read the last lines of its log, printed above; they name the cause.',
  },
  'start.redis_failed': {
    status: 500,
    owner: 'platform',
    title: 'The embedded Redis did not start.',
    hint: 'Read the last lines of its log, printed above. If its files are damaged, move them aside: all unfinished work is recorded in the database.',
  },
  'start.database_unreachable': {
    status: 503,
    owner: 'caller',
    title: 'The database of DATABASE_URL does not answer.',
    hint: 'Check host, port, user and password of DATABASE_URL, and that the server runs.',
  },
  'start.database_rights': {
    status: 500,
    owner: 'caller',
    title: 'The user of DATABASE_URL may not prepare the database.',
    hint: 'Give DATABASE_URL a superuser, or a user that may create roles, databases and schemas.',
  },
  'start.database_too_old': {
    status: 500,
    owner: 'caller',
    title: 'The PostgreSQL of DATABASE_URL is too old.',
    hint: 'Set DATABASE_URL to a PostgreSQL 16 or newer. Nothing was changed on this server.',
  },
  'start.migration_failed': {
    status: 500,
    owner: 'platform',
    title: 'A migration of the database failed.',
    hint: 'The named migration was rolled back. Fix its cause and start again.',
  },
  'start.migration_edited': {
    status: 500,
    owner: 'caller',
    title: 'A migration was edited after it was applied.',
    hint: 'Put the file back as it was and write the change as a new migration.',
  },
  'start.migration_unfinished': {
    status: 500,
    owner: 'caller',
    title: 'A migration that runs outside a transaction did not finish.',
    hint: 'Undo its partial changes by hand, mark it with `npm run prisma -- migrate resolve --rolled-back NAME`, start again.',
  },
  'start.process_failed': {
    status: 500,
    owner: 'platform',
    title: 'A process of Patchbay did not become ready.',
    hint: 'Read the last lines of its log, printed above; they name the cause.',
  },
  'start.seed_failed': {
    status: 500,
    owner: 'platform',
    title: 'The demo could not be set up.',
    hint: 'The platform itself is running. Read the error above; restart to retry.',
  },
} as const satisfies Record<string, ErrorSpec>;
