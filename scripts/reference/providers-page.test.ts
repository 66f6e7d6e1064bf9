import { PROVIDERS } from '@patchbay/providers';
import { describe, expect, it } from 'vitest';
import { renderProvidersPage } from './providers-page.ts';

function given(id: string) {
  const provider = PROVIDERS.find((one) => one.id === id);
  if (!provider) throw new Error(`There is no provider ${id}.`);
  return provider;
}

describe('renderProvidersPage', () => {
  it('marks what is unverified, a whole group or one fact, and nothing else', () => {
    const linear = given('linear');
    const page = renderProvidersPage([{ ...linear, unverified: ['key', 'requests', 'refresh.graceSeconds'] }]);
    expect(page).toContain('| Key is sent as | header `authorization: …` (**unverified**) |');
    expect(page).toContain('| Replaced one still works for | 30 min (**unverified**) |');
    expect(page).toContain('| Refresh token is replaced | at every refresh |');
    expect(page).toContain('- unverified: key, refresh.graceSeconds, requests');
    expect(page).toContain('| 3 unverified |');
  });

  it('names the page and the day for every verified group', () => {
    expect(renderProvidersPage([given('linear')])).toContain(
      '- endpoints, client, scopes, refresh, revocation, account: <https://linear.app/developers/oauth-2-0-authentication>, read on 2026-11-30',
    );
  });

  it('shows scopes with their service only where services share a sign-in', () => {
    expect(renderProvidersPage([given('google')])).toContain('| Scope | Service | Effect | Permits |');
    expect(renderProvidersPage([given('linear')])).toContain('| Scope | Effect | Permits |');
    expect(renderProvidersPage([given('notion')])).not.toContain('| Scope |');
  });
});
