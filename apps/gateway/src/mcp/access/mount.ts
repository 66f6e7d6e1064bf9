import type { Classification } from '@patchbay/mcp';
import type { StepTimer } from '../../telemetry/step-timer.ts';
import type { Permission, ServedConnector } from '../context/access.ts';
import type { Answer } from '../methods/call.ts';

/** What a request shows before its body is read. */
export interface Knock {
  /** Of the path, by the names in the door's own pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly address: string;
  readonly steps: StepTimer;
}

/** Where a message goes: to nobody, because the door knows the answer, or to one connector. */
export type Routed =
  | { readonly answer: Answer }
  | {
      readonly connector: ServedConnector;
      /** As the connector's own URL would have got it. */
      readonly message: Classification;
    };

/** One kind of URL that ends in `/mcp`. Everything behind it is the same for all kinds. */
export interface Door<Known extends Permission = Permission> {
  /** Patterns of its paths. */
  readonly paths: readonly string[];
  /**
   * Who knocks and what they may use here: before the body is read, and again while an answer lasts.
   *
   * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.wrong_audience, api-keys.*
   */
  permit(knock: Knock): Promise<Known>;
  /** Pure: the same message and permission, the same way. */
  route(permission: Known, message: Classification): Routed;
}
