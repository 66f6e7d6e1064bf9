import { describe, expect, it } from 'vitest';
import { refuseOldServer } from './server-version.ts';

describe('refuseOldServer', () => {
  it.each([
    [150_013, 'PostgreSQL 15.13'],
    [140_000, 'PostgreSQL 14.0'],
    [0, 'PostgreSQL 0.0'],
  ])('refuses server version %i before anything is changed, and names it', (version, named) => {
    expect(() => refuseOldServer(version)).toThrow(
      expect.objectContaining({ code: 'start.database_too_old', detail: expect.stringContaining(named) }),
    );
  });

  it.each([160_000, 180_004])('accepts server version %i', (version) => {
    expect(() => refuseOldServer(version)).not.toThrow();
  });
});
