import { describe, expect, it } from 'vitest';
import { DASHBOARD_PAGES, withDashboardOrigin } from './dashboard-pages.ts';

const ORIGIN = 'https://patchbay.example';

describe('withDashboardOrigin', () => {
  it('leaves text unchanged that is an address already, or no page of the dashboard', () => {
    for (const text of ['See https://other.example/dashboard.', 'Look into apps/dashboard.', 'GET /dashboards']) {
      expect(withDashboardOrigin(text, ORIGIN)).toBe(text);
    }
  });

  it('makes each page of the dashboard in a text an address with its origin', () => {
    const text = `Create one at ${DASHBOARD_PAGES.newApiKey}, or look at (${DASHBOARD_PAGES.home}).`;
    expect(withDashboardOrigin(text, ORIGIN)).toBe(
      'Create one at https://patchbay.example/dashboard/-/new-api-key, or look at (https://patchbay.example/dashboard).',
    );
  });
});
