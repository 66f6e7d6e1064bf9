import { z } from 'zod';
import { decodeMixed, encodeMixedFrame } from '../frames/frame.ts';
import { providerRulesSchema } from './provider-rules.ts';
import type { Provision } from './provision.ts';

const headerSchema = z.object({
  id: z.string(),
  secrets: z.record(z.string(), z.string()),
  /** Absent in frames of the release before snapshots: all bytes are the artifact. */
  artifactBytes: z.number().int().nonnegative().optional(),
  /** Absent in frames of the release before providers. */
  providers: z.array(providerRulesSchema).max(32).optional(),
});

/** The answer to a supervisor's `provide`: artifact and, where it was asked for, the snapshot behind it. */
export function encodeProvision(
  type: number,
  id: string,
  { artifact, secrets, snapshot, providers }: Provision,
): Buffer {
  const header: z.input<typeof headerSchema> = {
    id,
    secrets,
    artifactBytes: artifact.byteLength,
    ...(providers && { providers: [...providers] }),
  };
  return encodeMixedFrame(type, header, snapshot ? Buffer.concat([artifact, snapshot]) : artifact);
}

/** Not more than what was sent: the receiver checks both digests. @throws FrameError, ZodError when it is malformed */
export function decodeProvision(payload: Buffer): { readonly id: string; readonly provision: Provision } {
  const { header, bytes } = decodeMixed(payload);
  const { id, secrets, providers, artifactBytes = bytes.byteLength } = headerSchema.parse(header);
  const snapshot = bytes.subarray(artifactBytes);
  const artifact = bytes.subarray(0, artifactBytes);
  return {
    id,
    provision: { artifact, secrets, ...(providers && { providers }), ...(snapshot.byteLength > 0 && { snapshot }) },
  };
}
