import { invalidParams, own } from '@patchbay/mcp';
import { faultAnswer, resultAnswer } from '../context/answer.ts';
import type { Handler } from './method.ts';

/** RFC 5424, as MCP has them. */
const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/**
 * From which level on a session's calls report log lines. Without a session there is nothing to remember it for, and
 * nothing is refused.
 *
 * @see 2025-11-25 server/utilities/logging
 */
export const setLevel: Handler = async ({ services, session }, request) => {
  if (!session) return resultAnswer(request, {});
  const level = own(request.params, 'level');
  if (typeof level !== 'string' || !LOG_LEVELS.includes(level)) {
    return faultAnswer(invalidParams(request.id, `params.level must be one of ${LOG_LEVELS.join(', ')}`));
  }
  await services.sessions.store.remember(session.claims, { logLevel: level });
  return resultAnswer(request, {});
};
