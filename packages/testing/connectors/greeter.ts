import { defineConnector, tool } from '@patchbay/connector';
import { z } from 'zod';

export default defineConnector({
  name: 'greeter',
  tools: {
    greet: tool({
      title: 'Greet',
      description: 'Greets a person by name.',
      readOnly: true,
      input: z.object({ name: z.string() }),
      run: ({ name }) => `Hello, ${name}`,
    }),
  },
});
