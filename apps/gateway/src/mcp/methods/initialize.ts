import { discoverResult, initializeResult, own } from '@patchbay/mcp';
import { resultAnswer } from '../context/answer.ts';
import { SESSION_HEADER } from '../context/request-head.ts';
import type { Handler } from './method.ts';

/** Opens a session and returns the server's capabilities. @see 2025-11-25 basic/lifecycle */
export const initialize: Handler = ({ services, caller: { access } }, request) => ({
  ...resultAnswer(request, initializeResult(access.manifest, own(request.params, 'protocolVersion'))),
  headers: { [SESSION_HEADER]: services.sessions.start(access, request.params) },
});

/** Returns the server's capabilities; opens nothing. @see 2026-07-28 server/discover */
export const discover: Handler = ({ caller: { access } }, request) =>
  resultAnswer(request, discoverResult(access.manifest));

/** @see 2025-11-25 basic/utilities/ping */
export const acknowledge: Handler = (_context, request) => resultAnswer(request, {});
