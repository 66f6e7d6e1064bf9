import { z } from 'zod';
import { versionRangeSchema } from '../frames/protocol-version.ts';
import { PEER_ID } from './peer-name.ts';

/**
 * The first message of a supervisor on every connection. It decides where new calls are sent, so it is short and sent
 * unasked.
 */
export const supervisorStatusSchema = z.object({
  hostId: z.string().regex(PEER_ID),
  /** `refusing`: an isolation layer is missing here. `leaving`: it finishes its calls and ends. */
  state: z.enum(['serving', 'refusing', 'leaving']),
  /** Whether build tasks may come: only where the package store is. */
  takesTasks: z.boolean(),
  /** Its protocol versions. A supervisor of the release before negotiation declares none. */
  versions: versionRangeSchema.optional(),
});

export type SupervisorStatus = Readonly<z.infer<typeof supervisorStatusSchema>>;
