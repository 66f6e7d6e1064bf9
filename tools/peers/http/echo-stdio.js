/** The echo on standard input and output: what mcp-proxy and supergateway start and stand in front of. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import createEcho from './echo/index.js';

serveStdio(createEcho);
