/** The echo on standard input and output: the server that mcp-proxy and supergateway start as a proxy. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import createEcho from './echo/index.js';

serveStdio(createEcho);
