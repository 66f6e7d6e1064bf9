import { describe, expect, it } from 'vitest';
import { PROVIDERS } from './catalogue.ts';
import { listUnverified } from './fact-groups.ts';
import { matchHost } from './match-host.ts';

/** Providers whose endpoints, scopes and refresh facts have to be verified. */
const MAIN = ['asana', 'atlassian', 'figma', 'github', 'google', 'linear', 'notion', 'salesforce', 'slack', 'stripe'];
/** Facts of those that no page was found for. An entry is removed when a page is found, and none is added. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  figma: [
    'refresh.absoluteDays',
    'refresh.accessTokenSeconds',
    'refresh.idleDays',
    'refresh.issued',
    'refresh.rotates',
    'scopes.scopeSeparator',
  ],
};

describe('the catalogue', () => {
  it.each(MAIN)('has no unverified endpoint, scope or refresh fact of %s but those that are listed', (id) => {
    const provider = PROVIDERS.find((one) => one.id === id);
    const open = listUnverified(provider ?? { sources: {}, verified: {}, unverified: ['missing'] });
    expect(open.filter((fact) => /^(endpoints|scopes|refresh|missing)/.test(fact))).toEqual(OPEN[id] ?? []);
  });

  it('sends no credential to a host that issues tokens, unless the paths that do so are refused', () => {
    for (const provider of PROVIDERS) {
      for (const url of Object.values(provider.oauth?.endpoints ?? {})) {
        const { hostname, pathname } = new URL(url.replace('{customer}', 'customer'));
        if (!matchHost(provider, hostname).matches || url === provider.oauth?.endpoints.userinfo) continue;
        const path = pathname.toLowerCase();
        const isRefused = provider.tokenEchoPaths.some((echo) => path === echo || path.startsWith(`${echo}/`));
        expect(isRefused || /revoke|authorize|authorizations/.test(path), `${provider.id}: ${url}`).toBe(true);
      }
    }
  });
});
