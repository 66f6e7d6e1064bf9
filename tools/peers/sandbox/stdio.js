/** On standard input and output, for Node and for Deno. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import createGreet from './greet.js';

serveStdio(createGreet);
