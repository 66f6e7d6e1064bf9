/** The probe's results for an operator's terminal: what was tried, what stopped it, and what that means for this host. */
import { escapeText } from '@patchbay/foundation';
import type { ProbedAttempt } from '@patchbay/sandbox-host';

interface Limits {
  readonly state: string;
  readonly reasons: readonly string[];
}

const WIDTH = { outcome: 12, name: 52 } as const;
const GOT_LENGTH_MAX = 80;

/** The answer of an attempt, in words. @see errno(3), signal(7) */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'not permitted',
  EADDRNOTAVAIL: 'there is no network',
  EAFNOSUPPORT: 'no such kind of socket',
  EAGAIN: 'no more processes',
  EAI_AGAIN: 'no name is resolved',
  ECONNREFUSED: 'no process there',
  EFBIG: 'file too large',
  EMFILE: 'too many open files',
  ENETUNREACH: 'there is no network',
  ENOENT: 'not there',
  ENOSPC: 'no space left',
  ENOSYS: 'no such system call',
  EPERM: 'not permitted',
  EROFS: 'read-only',
  ERR_SYSTEM_ERROR: 'not permitted',
  ERR_WORKER_INIT_FAILED: 'no more threads',
  ESRCH: 'no such process',
  ETXTBSY: 'not while it runs',
  EXDEV: 'not across file systems',
  SIGSEGV: 'no such entry, ended',
  SIGSYS: 'ended by the filter',
  stopped: 'ended by the supervisor in time',
};

export function headingOf(who: string, limits: Limits): string {
  const reasons = limits.reasons.map((reason) => `\n  ${escapeText(reason)}`).join('');
  return `${who}. Limits: ${limits.state}${reasons}\n\n${cells('VERDICT', 'ATTEMPT', 'ANSWER')}`;
}

/** One line; a second one with the answer of an isolation layer when there was none. */
export function rowOf({ name, expected, got, outcome }: ProbedAttempt): string {
  const word = /[A-Z_]{5,}|^stopped$/.exec(got)?.[0] ?? '';
  const meaning = MEANINGS[word];
  const answer = escapeText(got).slice(0, GOT_LENGTH_MAX);
  const line = cells(outcome, escapeText(name), meaning === undefined ? answer : `${answer} (${meaning})`);
  return outcome === 'got through'
    ? `${line}\n${cells('', '', `an isolation layer answers ${wordsOf(expected)}`)}`
    : line;
}

/** The end of the table: whether connectors run on this host. */
export function summaryOf(rows: readonly ProbedAttempt[], limits: Limits): string {
  const count = (outcome: ProbedAttempt['outcome']) => rows.filter((row) => row.outcome === outcome).length;
  const counts = `${rows.length} attempts: ${count('held')} held, ${count('got through')} got through, ${count('not run')} not run.`;
  if (count('got through') > 0) return `${counts}\nDo not run connectors of strangers on this host.`;
  if (limits.state === 'full') return `${counts}\nConnectors can run on this host.`;
  return `${counts}\nConnectors can run on this host with reduced limits. In production that needs PATCHBAY_REQUIRE_FULL_LIMITS=false.`;
}

function cells(outcome: string, name: string, answer: string): string {
  return `${outcome.padEnd(WIDTH.outcome)}${name.padEnd(WIDTH.name)} ${answer}`.trimEnd();
}

/** `^(ENOENT|EROFS)$` as `ENOENT or EROFS`. */
function wordsOf(expected: string): string {
  return expected
    .replaceAll(/[\^$()]/g, '')
    .split('|')
    .join(' or ');
}
