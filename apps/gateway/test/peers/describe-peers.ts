import { echoVersion, hasSandboxes, skipUnless, temporaryDirectory, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { installPeers } from './peer-programs.ts';
import type { Peer, Target } from './peers.ts';

export type Access = 'an API key' | 'no sign-in' | 'the URL of the organization';

const TOOLS = ['echo', 'mark', 'remove', 'slow'];

/** Programs start twice each, from many files, on whatever else the machine does. */
const STARTS_WITHIN_MS = 90_000;

/** Lets each peer list and call, once with each kind of access. */
export function describePeers(pairs: readonly { readonly peer: Peer; readonly accesses: readonly Access[] }[]): void {
  const canRun = hasSandboxes() && installPeers();
  const { describe, it } = skipUnless(canRun, 'sandboxes are missing, or the clients of others cannot be installed');
  const targets = new Map<Access, Target>();
  withPlatform({ when: canRun, shared: true }, async ({ given, origin }) => {
    const acme = await given.organization('peers');
    await given.live(acme, 'echo', echoVersion('one'));
    await given.publishedVersion(await given.connector(acme, 'open', 'none'), echoVersion('two'));
    const rest = { key: await given.apiKey(acme), prefix: '', home: await temporaryDirectory('peers') };
    targets.set('an API key', { ...rest, url: `${origin}/peers/echo/mcp` });
    targets.set('no sign-in', { ...rest, url: `${origin}/peers/open/mcp`, key: undefined });
    targets.set('the URL of the organization', { ...rest, url: `${origin}/peers/mcp`, prefix: 'echo__' });
    return {};
  });

  for (const { peer, accesses } of pairs) {
    describe(peer.name, () => {
      it.each(accesses)(
        `${peer.name} lists and calls tools with %s`,
        async (access) => {
          const target = targets.get(access);
          if (!target) throw new Error(`no target for ${access}`);
          const text = `größe, \u{1f600}, "${access}"`;
          const { tools, echoed } = await peer.look(target, text);
          expect(tools).toEqual(expect.arrayContaining(TOOLS.map((name) => `${target.prefix}${name}`)));
          expect(echoed).toBe(text);
        },
        STARTS_WITHIN_MS,
      );
    });
  }
}
