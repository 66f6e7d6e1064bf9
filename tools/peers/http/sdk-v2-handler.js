/** SDK v2, stateless: a server per request, answers as JSON. Argument: the port. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import createEcho from './echo/index.js';

createServer(toNodeHandler(createMcpHandler(createEcho, { responseMode: 'json' }))).listen(
  Number(process.argv[2]),
  '127.0.0.1',
);
