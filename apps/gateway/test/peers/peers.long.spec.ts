import { describePeers } from './describe-peers.ts';
import { PROGRAMS } from './peers.ts';

describePeers(PROGRAMS.map((peer) => ({ peer, accesses: ['no sign-in', 'the URL of the organization'] as const })));
