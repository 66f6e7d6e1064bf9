import { createAuthority, type Issued, issueCertificate } from '@patchbay/embedded/certificates';
import { type PeerName, peerUri } from '@patchbay/sandbox-protocol';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';

const HOUR_MS = 3_600_000;
type Hours = readonly [from: number, until: number];
const AROUND_NOW: Hours = [-1, 1];

interface Wish {
  /** Hours from now; default an hour before to an hour after. */
  readonly hours?: Hours;
  /** Default: what the role needs. */
  readonly usage?: 'server' | 'client';
  /** Instead of the name's own. */
  readonly uri?: string;
}

/** An authority of this test and what it issues. */
export interface GivenAuthority {
  readonly certificate: string;
  identity(name: PeerName, wish?: Wish): Promise<TlsIdentity>;
}

export async function givenAuthority(): Promise<GivenAuthority> {
  const authority: Issued = await createAuthority(validity(AROUND_NOW));
  return {
    certificate: authority.certificate,
    async identity(name, { hours = AROUND_NOW, usage, uri = peerUri(name) } = {}) {
      const subject = { uri, usage: usage ?? (name.role === 'supervisor' ? 'server' : 'client') } as const;
      const { certificate, key } = await issueCertificate(authority, subject, validity(hours));
      return { authority: authority.certificate, certificate, key };
    },
  };
}

function validity([from, until]: Hours) {
  return { from: new Date(Date.now() + from * HOUR_MS), until: new Date(Date.now() + until * HOUR_MS) };
}
