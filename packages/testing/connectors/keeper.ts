import { defineConnector, tool } from '@patchbay/connector';
import { z } from 'zod';

/** Returns its secret backwards: a sandbox's output is searched for secrets as they were given. */
export default defineConnector({
  name: 'keeper',
  secrets: { TOKEN: { description: 'Anything.' } },
  tools: {
    open: tool({
      title: 'Open',
      description: 'Returns the secret backwards.',
      readOnly: true,
      input: z.object({}),
      run: (_args, { secrets }) => [...String(secrets.TOKEN)].reverse().join(''),
    }),
  },
});
