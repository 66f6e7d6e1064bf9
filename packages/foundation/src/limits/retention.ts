import type { LimitGroup } from './limit.ts';

/**
 * How long the platform keeps data that is never deleted by hand. The purge of `packages/domain` reads it; SQL holds no
 * age of its own.
 */
export const RETENTION = {
  restorable: {
    value: 30,
    unit: 'days',
    what: 'Deleted organizations and connectors, which can be restored that long',
    reason: 'A mistake is noticed within a month; then the data key is destroyed.',
    raisedBy: 'fixed',
  },
  logLines: {
    value: 14,
    unit: 'days',
    what: 'Log lines of connectors',
    reason: 'Long enough to look into a report, short enough for what they may contain.',
    raisedBy: 'fixed',
  },
  usageEvents: {
    value: 90,
    unit: 'days',
    what: 'Metered calls',
    reason: 'A quarter of a year can be compared with the one before it while it runs.',
    raisedBy: 'fixed',
  },
  idempotencyKeys: {
    value: 24,
    unit: 'hours',
    what: 'Answers kept under an `Idempotency-Key`',
    reason: 'Clients that retry do so within minutes.',
    raisedBy: 'fixed',
  },
  sessions: {
    value: 24,
    unit: 'hours',
    what: 'Idle sessions of 2025 clients',
    reason: 'A client that comes back later opens a new one.',
    raisedBy: 'fixed',
  },
  sessionStreams: {
    value: 600,
    unit: 'seconds',
    what: 'Streams of 2025 clients, for reading again',
    reason: 'A client comes back within seconds or not at all.',
    raisedBy: 'fixed',
  },
  deliveries: {
    value: 7,
    unit: 'days',
    what: 'Records of mail that was delivered or given up',
    reason: 'Long enough to find out why a person got none.',
    raisedBy: 'fixed',
  },
  endedGrants: {
    value: 90,
    unit: 'days',
    what: 'Grants that ended or expired',
    reason: 'A person or an owner can see what a client once had; the audit log keeps the rest.',
    raisedBy: 'fixed',
  },
  orphanedFiles: {
    value: 24,
    unit: 'hours',
    what: 'Files in the artifact store that no version refers to',
    reason: 'A deploy writes the file before the version.',
    raisedBy: 'fixed',
  },
  unusedPackages: {
    value: 30,
    unit: 'days',
    what: 'Packages that no deploy used',
    reason: 'They can be fetched again.',
    raisedBy: 'fixed',
  },
} as const satisfies LimitGroup;
