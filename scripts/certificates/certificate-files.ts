import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '@patchbay/embedded';
import { createAuthority, type Issued, issueCertificate } from '@patchbay/embedded/certificates';
import { Secret } from '@patchbay/foundation';
import { type PeerName, peerUri } from '@patchbay/sandbox-protocol';

const DAY_MS = 24 * 60 * 60_000;
const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 365;
/** Clocks of machines differ a little: what was made a moment ago is valid everywhere. */
const SKEW_MS = 60 * 60_000;

const AUTHORITY = { certificate: 'authority.pem', key: 'authority.key' };

/** @throws Error when the directory holds an authority: replacing it would lock every machine out */
export async function makeAuthority(directory: string, now: Date): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { certificate, key } = await createAuthority(validity(now, AUTHORITY_DAYS));
  const files = { certificate: path.join(directory, AUTHORITY.certificate), key: path.join(directory, AUTHORITY.key) };
  // `wx`: of two that start at once, one is refused.
  await writeFile(files.key, key.reveal(), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new Error(`Nothing was written: ${files.key} exists. Every certificate in use was issued by it.`);
  });
  await writeFile(files.certificate, certificate, { mode: 0o644 });
  return `Wrote ${files.certificate} and ${files.key}. Keep the key off every machine that serves.`;
}

/** A certificate for one process, in a folder to be copied to its machine; an earlier one is replaced. */
export async function makeCertificate(directory: string, name: PeerName, now: Date): Promise<string> {
  const authority = await readAuthority(directory);
  const usage = name.role === 'supervisor' ? 'server' : 'client';
  const issued = await issueCertificate(authority, { uri: peerUri(name), usage }, validity(now, CERTIFICATE_DAYS));
  const folder = path.join(directory, `${name.role}-${name.id}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = {
    'ca.pem': authority.certificate,
    'certificate.pem': issued.certificate,
    'key.pem': issued.key.reveal(),
  };
  for (const [file, text] of Object.entries(files)) await writeFileAtomically(path.join(folder, file), text);
  return `Wrote ${Object.keys(files).join(', ')} in ${folder}, valid for ${CERTIFICATE_DAYS} days.`;
}

async function readAuthority(directory: string): Promise<Issued> {
  const read = (file: string) => readFile(path.join(directory, file), 'utf8');
  try {
    return { certificate: await read(AUTHORITY.certificate), key: new Secret(await read(AUTHORITY.key)) };
  } catch (error) {
    throw new Error(`There is no authority in ${directory}: npm run certificates -- authority ${directory}`, {
      cause: error,
    });
  }
}

function validity(now: Date, days: number) {
  return { from: new Date(now.getTime() - SKEW_MS), until: new Date(now.getTime() + days * DAY_MS) };
}
