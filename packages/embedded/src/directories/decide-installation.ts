import path from 'node:path';
import type { ErrorCode } from '@patchbay/foundation';
import { MARK, type MarkState } from './installation-mark.ts';

/** A directory outside or inside of the data directory that may be the shared one of this installation. */
export interface SharedCandidate {
  readonly directory: string;
  readonly mark: MarkState;
  /** Files and directories in it that belong to an installation and cannot be made again. */
  readonly holds: readonly string[];
  /** The data directory that its mark names is another one, and holds the mark of the same installation. */
  readonly servesAnother: boolean;
}

/** Everything that the decision rests on. Paths are absolute and real. */
export interface InstallationFacts {
  readonly data: string;
  readonly mark: MarkState;
  /** As `SharedCandidate.holds`, of the data directory. */
  readonly holds: readonly string[];
  readonly candidates: readonly SharedCandidate[];
  /** false: the database is on an external server, so a shared directory holds nothing that must be kept. */
  readonly hasOwnDatabase: boolean;
}

export type InstallationDecision =
  /** There is nothing of an installation. `shared`: one that held only what can be made again. */
  | { readonly action: 'create'; readonly shared: string | null }
  /** The mark is there. `shared` null: it is made, because nothing was ever kept in one. */
  | { readonly action: 'open'; readonly shared: string | null }
  | { readonly action: 'refuse'; readonly code: ErrorCode; readonly detail: string };

const RESET = 'To give it up for good: npm run reset -- --yes';

/**
 * Decides about the directories that a start finds. It creates an installation only where there is nothing of one, and
 * takes a shared directory only when both marks have the same id: everything else is for a person to decide.
 */
export function decideInstallation(facts: InstallationFacts): InstallationDecision {
  const { data, mark, candidates } = facts;
  if (mark.state === 'read') return decideShared(facts, mark.mark.id, mark.mark.sharedDirectory);
  const ofThisPath = candidates.filter(
    (candidate) => candidate.mark.state !== 'read' || candidate.mark.mark.dataDirectory === data,
  );
  const holds = [...facts.holds, ...ofThisPath.flatMap((candidate) => candidate.holds)];
  const copies = ofThisPath.filter((candidate) => candidate.mark.state === 'read');
  if (mark.state === 'absent' && holds.length === 0) return { action: 'create', shared: copies[0]?.directory ?? null };

  const file = path.join(data, MARK);
  const [copy] = copies;
  const says = holds.length > 0 ? ` An installation was made here: ${list(holds)}.` : '';
  const wayBack =
    copy !== undefined && copies.length === 1
      ? `Its copy is in the shared directory: cp ${path.join(copy.directory, MARK)} ${file}`
      : holds.length === 0
        ? 'Nothing else of an installation is here: remove the file and start again.'
        : 'Put it back, or restore a backup into another PATCHBAY_DATA.';
  const detail =
    mark.state === 'absent' ? `${file} is missing.${says} ${wayBack}` : `${mark.reason}.${says} ${wayBack}`;
  const code = mark.state === 'absent' ? 'start.installation_incomplete' : 'start.file_damaged';
  return { action: 'refuse', code, detail: holds.length > 0 ? `${detail}\n  ${RESET}` : detail };
}

function decideShared(facts: InstallationFacts, id: string, recorded: string | undefined): InstallationDecision {
  const { data, candidates } = facts;
  const own = candidates.filter(({ mark }) => mark.state === 'read' && mark.mark.id === id);
  const found = own.length > 1 ? own.filter(({ directory }) => directory === recorded) : own;
  const [shared] = found;
  if (shared !== undefined && found.length === 1) {
    const isInside = shared.directory.startsWith(data + path.sep);
    if (!shared.servesAnother || isInside) return { action: 'open', shared: shared.directory };
    const other = shared.mark.state === 'read' ? shared.mark.mark.dataDirectory : '';
    return {
      action: 'refuse',
      code: 'start.installation_copied',
      detail: `${data} is a copy of ${other}: both have the id ${id}, and there is one database, in ${shared.directory}. Start the original (PATCHBAY_DATA=${other}), remove it if this one is to replace it, or create a second installation with npm run backup and npm run restore.`,
    };
  }
  if (own.length > 1) {
    const places = list(own.map(({ directory }) => directory));
    return refuse(`The id ${id} of ${data} is in several shared directories: ${places}. Leave the right one.`);
  }
  const [unmarked] = candidates.filter(({ mark, holds }) => mark.state !== 'read' && holds.length > 0);
  if (unmarked !== undefined) {
    const file = path.join(unmarked.directory, MARK);
    const problem = unmarked.mark.state === 'damaged' ? unmarked.mark.reason : `${file} is missing`;
    const wayBack = `If it belongs to ${data}: cp ${path.join(data, MARK)} ${file}`;
    return refuse(`${problem}, so the owner of this database is unknown: ${list(unmarked.holds)}. ${wayBack}`);
  }
  const [foreign] = candidates.filter(({ mark, holds }) => mark.state === 'read' && holds.length > 0);
  if (foreign !== undefined) {
    const other = foreign.mark.state === 'read' ? foreign.mark.mark.id : '';
    return refuse(
      `${path.join(data, MARK)} has the id ${id}, and the database that was made for this data directory has ${other}: ${list(foreign.holds)}. Put back the data directory that belongs to it.`,
    );
  }
  const wasMade = facts.mark.state === 'read' && facts.mark.mark.made?.includes('database');
  const isOlder = facts.mark.state === 'read' && facts.mark.mark.made === undefined && facts.holds.length > 0;
  if (facts.hasOwnDatabase && (wasMade || isOlder)) {
    const place = recorded ?? 'the shared directory below /var/lib or /var/tmp';
    return refuse(
      `${place} is missing, with the database of ${data}. If it is on a disk of its own, mount that; if it was renamed, give it its name back. Else restore a backup into another PATCHBAY_DATA: npm run restore.`,
    );
  }
  return { action: 'open', shared: null };
}

function refuse(detail: string): InstallationDecision {
  return { action: 'refuse', code: 'start.installation_incomplete', detail: `${detail}\n  ${RESET}` };
}

/** At most a few: a person needs to see what kind of files they are. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
