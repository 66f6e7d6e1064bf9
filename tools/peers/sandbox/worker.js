/** Over HTTP, for workerd. */
import { createMcpHandler } from '@modelcontextprotocol/server';
import createGreet from './greet.js';

const handler = createMcpHandler(createGreet, { responseMode: 'json' });

export default { fetch: (request) => handler.fetch(request) };
