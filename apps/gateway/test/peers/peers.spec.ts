import { describePeers } from './describe-peers.ts';
import { LIBRARIES, PROGRAMS } from './peers.ts';

// The programs take seconds each: once here, with everything else in the long run.
describePeers([
  ...LIBRARIES.map((peer) => ({
    peer,
    accesses: ['an API key', 'no sign-in', 'the URL of the organization'] as const,
  })),
  ...PROGRAMS.map((peer) => ({ peer, accesses: ['an API key'] as const })),
]);
