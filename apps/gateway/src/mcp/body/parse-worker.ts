/** The thread that parses large bodies, so that one caller's four megabytes delay no other. */
import { parentPort } from 'node:worker_threads';
import { parseBody } from '@patchbay/mcp';

parentPort?.on('message', (bytes: Uint8Array) => parentPort?.postMessage(parseBody(bytes)));
