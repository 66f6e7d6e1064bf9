import { ALL_PERMISSIONS, type Permission } from '@patchbay/domain/organizations';
import { expect, it } from 'vitest';
import { ENDPOINTS } from './index.ts';

/** Permissions that no endpoint names, and where they are asked for instead. */
const ELSEWHERE: Partial<Record<Permission, string>> = {
  'versions:preview': 'at preview URLs, by role',
  'connectors:open': 'by the handlers of connectors, for one auth mode',
};

it('every permission is required by an endpoint, or listed with the place where it is checked', () => {
  const asked = new Set<unknown>(Object.values(ENDPOINTS).map(({ permission }) => permission));
  const nowhere = ALL_PERMISSIONS.filter((permission) => !asked.has(permission));
  expect(nowhere.sort()).toEqual(Object.keys(ELSEWHERE).sort());
});
