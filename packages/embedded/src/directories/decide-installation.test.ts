import { describe, expect, it } from 'vitest';
import { decideInstallation, type InstallationFacts, type SharedCandidate } from './decide-installation.ts';
import type { MarkState } from './installation-mark.ts';

const DATA = '/srv/data';
const SHARED = '/var/lib/patchbay-0123456789ab';

function markOf(change: Partial<{ id: string; dataDirectory: string; made: string[] }> = {}): MarkState {
  const mark = { id: 'a', dataDirectory: DATA, sharedDirectory: SHARED, made: [], ...change };
  // Names of made things are plain texts here.
  return { state: 'read', mark: mark as never };
}
const older: MarkState = { state: 'read', mark: { id: 'a', dataDirectory: DATA } };
const absent: MarkState = { state: 'absent' };
const damaged: MarkState = { state: 'damaged', reason: 'it is empty' };

function shared(change: Partial<SharedCandidate> = {}): SharedCandidate {
  return { directory: SHARED, mark: markOf(), holds: [`${SHARED}/postgres`], servesAnother: false, ...change };
}
function decide(change: Partial<InstallationFacts>) {
  return decideInstallation({ data: DATA, mark: markOf(), holds: [], candidates: [], hasOwnDatabase: true, ...change });
}

describe('an installation is refused', () => {
  const secrets = [`${DATA}/passwords.json`];
  it.each<[string, Partial<InstallationFacts>, string]>([
    ['with secrets and no mark', { mark: absent, holds: secrets }, 'start.installation_incomplete'],
    ['with a database and no mark', { mark: absent, candidates: [shared()] }, 'start.installation_incomplete'],
    [
      'with an unmarked database at its place and no mark',
      { mark: absent, candidates: [shared({ mark: absent })] },
      'start.installation_incomplete',
    ],
    ['with a damaged mark and nothing else', { mark: damaged }, 'start.file_damaged'],
    ['with a damaged mark and a database', { mark: damaged, candidates: [shared()] }, 'start.file_damaged'],
    ['without the database it made', { mark: markOf({ made: ['database'] }) }, 'start.installation_incomplete'],
    [
      'without the database, made by an older release',
      { mark: older, holds: secrets },
      'start.installation_incomplete',
    ],
    [
      'with the database of another id',
      { candidates: [shared({ mark: markOf({ id: 'b' }) })] },
      'start.installation_incomplete',
    ],
    ['with a database that has no mark', { candidates: [shared({ mark: absent })] }, 'start.installation_incomplete'],
    [
      'with a database whose mark is damaged',
      { candidates: [shared({ mark: damaged })] },
      'start.installation_incomplete',
    ],
    [
      'when its database serves another data directory',
      { candidates: [shared({ mark: markOf({ dataDirectory: '/srv/original' }), servesAnother: true })] },
      'start.installation_copied',
    ],
    [
      'when two shared directories have its id and neither is the recorded one',
      { candidates: [shared({ directory: '/var/lib/one' }), shared({ directory: '/var/lib/two' })] },
      'start.installation_incomplete',
    ],
  ])('an installation is refused %s', (_case, change, code) => {
    expect(decide(change)).toMatchObject({ action: 'refuse', code });
  });
});

describe('an installation is opened', () => {
  it.each<[string, Partial<InstallationFacts>, unknown]>([
    ['where there is nothing of one: made', { mark: absent }, { action: 'create', shared: null }],
    [
      'where only what can be made again is left: made in its place',
      { mark: absent, candidates: [shared({ holds: [] })] },
      { action: 'create', shared: SHARED },
    ],
    ['with the shared directory of its id', { candidates: [shared()] }, { action: 'open', shared: SHARED }],
    [
      'with the shared directory of its id, after it was moved',
      { candidates: [shared({ mark: markOf({ dataDirectory: '/gone' }) })] },
      { action: 'open', shared: SHARED },
    ],
    [
      'with the recorded one of two shared directories of its id',
      { candidates: [shared(), shared({ directory: '/var/lib/two' })] },
      { action: 'open', shared: SHARED },
    ],
    [
      'with a database below its own data directory, also as a copy',
      { candidates: [shared({ directory: `${DATA}/shared`, servesAnother: true })] },
      { action: 'open', shared: `${DATA}/shared` },
    ],
    ['when its first start was interrupted before a database was made', {}, { action: 'open', shared: null }],
    [
      'without a shared directory when the database is on another server',
      { mark: markOf({ made: ['database'] }), hasOwnDatabase: false },
      { action: 'open', shared: null },
    ],
  ])('an installation is opened %s', (_case, change, expected) => {
    expect(decide(change)).toEqual(expected);
  });
});
