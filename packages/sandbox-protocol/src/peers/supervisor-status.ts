import { z } from 'zod';
import { versionRangeSchema } from '../frames/protocol-version.ts';
import { PEER_ID } from './peer-name.ts';

/** What a supervisor says first on every connection. It decides where new calls go, so it is short and sent unasked. */
export const supervisorStatusSchema = z.object({
  hostId: z.string().regex(PEER_ID),
  /** `refusing`: a wall is missing here. `leaving`: it finishes what it has and ends. */
  state: z.enum(['serving', 'refusing', 'leaving']),
  /** Whether build tasks may come: only where the package store is. */
  takesTasks: z.boolean(),
  /** What it speaks. A supervisor of the release before versions were agreed says nothing. */
  versions: versionRangeSchema.optional(),
});

export type SupervisorStatus = Readonly<z.infer<typeof supervisorStatusSchema>>;
