import type { Classification } from '@patchbay/mcp';
import type { StepTimer } from '../../telemetry/step-timer.ts';
import type { Access, ServedConnector } from '../context/access.ts';
import type { Answer } from '../methods/call.ts';

/** What is read of a request before its body. */
export interface RequestHead {
  /** Of the path, by the names in the mount's own pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly address: string;
  readonly steps: StepTimer;
}

/** Where a message goes: to nobody, because the mount knows the answer, or to one connector. */
export type Routed =
  | { readonly answer: Answer }
  | {
      readonly connector: ServedConnector;
      /** As the connector's own URL would have got it. */
      readonly message: Classification;
    };

/** One kind of URL that ends in `/mcp`. Everything behind it is the same for all kinds. */
export interface Mount<Known extends Access = Access> {
  /** Patterns of its paths. */
  readonly paths: readonly string[];
  /**
   * Who calls and what they may use here: before the body is read, and again while an answer lasts.
   *
   * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.connector_not_listed, mcp.wrong_audience, api-keys.*
   */
  authorize(head: RequestHead): Promise<Known>;
  /** Pure: the same message and access, the same way. */
  route(access: Known, message: Classification): Routed;
}
