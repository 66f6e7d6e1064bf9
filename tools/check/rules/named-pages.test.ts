// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the fixtures are code, and that is what the rule looks for
import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { namedPages } from './named-pages.ts';

describe('named-pages', () => {
  const routes = {
    'apps/dashboard/src/app/page.tsx': '',
    'apps/dashboard/src/app/sign-in/page.tsx': '',
    'apps/dashboard/src/app/-/api-keys/page.tsx': '',
    'apps/dashboard/src/app/[organization]/settings/members/page.tsx': '',
  };

  it('refuses a page of the dashboard that no route answers, in documents and in messages', async () => {
    const files = {
      ...routes,
      'README.md': 'Open /dashboard/acme/settings/keys, or /dashboard/acme/settings/members.',
      'packages/cli/src/a.ts': 'const a = `${origin}/dashboard/${slug}/settings/people`;',
      'packages/foundation/src/dashboard-pages.ts': "export const PAGES = { secrets: '/dashboard/-/secrets' };",
    };
    expect(await objections(namedPages, files)).toEqual([
      'README.md:1 the dashboard has no page /dashboard/acme/settings/keys',
      'packages/cli/src/a.ts:1 the dashboard has no page /dashboard/${slug}/settings/people',
      'packages/foundation/src/dashboard-pages.ts:1 the dashboard has no page /dashboard/-/secrets',
    ]);
  });

  it('refuses a hint that sends people to the dashboard and to no page of it', async () => {
    const files = {
      ...routes,
      'packages/foundation/src/catalog/a.ts': "hint: 'Create one in the dashboard.',\nhint: `At ${PAGES.apiKeys}.`,",
      'docs/errors/a/b.md': '## Why\n\nThe dashboard is away.\n\n## What to do\n\nLook into the dashboard.\n',
      'packages/cli/src/a.ts': "// made in the dashboard\nconst a = 'Make one in the dashboard.';",
    };
    expect(await objections(namedPages, files)).toEqual([
      'packages/foundation/src/catalog/a.ts:1 names the dashboard and no page of it',
      'docs/errors/a/b.md:7 names the dashboard and no page of it',
      'packages/cli/src/a.ts:2 names the dashboard and no page of it',
    ]);
  });

  it('accepts paths of the repository, placeholders and pages that exist', async () => {
    const text =
      'See apps/dashboard/src, /dashboard, /dashboard/-/api-keys and /dashboard/{organization}/settings/members.';
    expect(await objections(namedPages, { ...routes, 'docs/a.md': text })).toEqual([]);
  });
});
