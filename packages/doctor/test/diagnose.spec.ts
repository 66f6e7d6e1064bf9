/** The sequence at the platform itself, in every way of registration. */

import { consentingPerson, echoVersion, hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { diagnose } from '../src/diagnose.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'no sandboxes here');

const here = withPlatform({}, async (platform) => {
  const acme = await platform.given.organization('acme');
  await platform.given.live(acme, 'echo', echoVersion('one'));
  const mia = await consentingPerson(platform, platform.origin, {
    organizationId: acme.id,
    email: 'mia@people.example',
  });
  return { mia, url: new URL(`${platform.origin}/acme/echo/mcp`) };
});

const never = async () => false;
const redirectUri = 'http://localhost:43117/callback';
const person = { redirectUri, signIn: (url: URL) => here.mia.allow(url) };

describe('the Doctor', () => {
  it('has no finding at a connector of ours in any way of registration, and calls its tool in both revisions', async () => {
    const seen: string[] = [];
    const report = await diagnose(here.url, {
      fetch,
      person,
      ways: ['cimd', 'dcr', 'dcr-confidential'],
      allowHost: never,
      onStep: ({ step, way }, result) => {
        if (result !== null) seen.push(`${step} ${way ?? ''}`.trim());
      },
    });
    expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(report.directory).toEqual([]);
    expect(report.first).toBeNull();
    expect(report.ok).toBe(true);
    expect(report.steps.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect(new Set(report.matrix.map(({ state }) => state))).toEqual(new Set(['connects']));
    expect(report.matrix).toHaveLength(3 * 2 * 5);
    expect(seen.slice(0, 4)).toEqual(['reach', 'challenge', 'resource', 'server']);
    expect(seen.filter((one) => one.startsWith('call'))).toHaveLength(6);
  });
});
