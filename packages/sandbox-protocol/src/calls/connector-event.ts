import type { IsolationKey } from './isolation-key.ts';

/** The changes that a connector may publish outside of a call, by the method of the notification. */
export const CONNECTOR_EVENT_METHODS = [
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
] as const;
export type ConnectorEventMethod = (typeof CONNECTOR_EVENT_METHODS)[number];

/**
 * A change that a connector published at runtime, for all subscribers. Carries no content: subscribers read the lists
 * again.
 */
export interface ConnectorEvent {
  readonly key: IsolationKey;
  readonly method: ConnectorEventMethod;
  /** The resource that changed; only with `notifications/resources/updated`. */
  readonly uri?: string;
}

export function isConnectorEventMethod(method: unknown): method is ConnectorEventMethod {
  return CONNECTOR_EVENT_METHODS.some((known) => known === method);
}
