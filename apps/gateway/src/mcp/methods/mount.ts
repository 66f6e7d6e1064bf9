import type { McpRequest } from '@patchbay/mcp';
import type { Access } from '../context/access.ts';
import type { Answer } from '../context/answer.ts';
import type { Target } from '../context/call.ts';
import type { RequestHead } from '../context/request-head.ts';
import type { AnsweredMethod, CalledMethod, Handler } from './method.ts';

/** One kind of URL that ends in `/mcp`. Everything behind it is the same for all kinds. */
export interface Mount<Known extends Access = Access> {
  /** Patterns of its paths. */
  readonly paths: readonly string[];
  /**
   * Authenticates the caller and loads their access at this mount: before the body is read, and again while an answer
   * lasts.
   *
   * @param pastExpiryMs how long ago an access token may have expired; 0 unless it opened an answer that still lasts
   * @throws AppError mcp.token_missing, mcp.token_invalid, mcp.access_token_invalid, mcp.access_token_expired,
   * mcp.grant_ended, mcp.wrong_audience, mcp.key_required, mcp.endpoint_not_found, mcp.connector_not_listed, api-keys.*
   */
  authorize(head: RequestHead, pastExpiryMs?: number): Promise<Known>;
  /** The column of the table of methods that counts here. */
  handlerOf(method: AnsweredMethod): Handler<Known>;
  /** Which connector a call is for. Pure: the same access and request, the same connector. */
  targetOf(method: CalledMethod, access: Known, request: McpRequest): Target | Answer;
}
