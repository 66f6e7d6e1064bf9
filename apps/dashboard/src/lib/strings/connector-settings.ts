import type { AuthMode } from '@patchbay/api-client';

/** Words of the pages about one connector's secrets and settings. */
export const SECRETS = {
  title: 'Secrets',
  lead: 'Values that the connector needs and people may not read, such as the API key of an upstream service. They are encrypted, and never shown again.',
  list: 'Secrets of this connector',
  set: 'Set',
  setWhich: (name: string) => `Set ${name}`,
  replace: 'Replace',
  replaceWhich: (name: string) => `Replace ${name}`,
  add: 'Add a secret',
  dialog: { add: 'Add a secret', set: (name: string) => `Set ${name}` },
  name: 'Name',
  nameHint: 'In capitals, as in the connector’s code: API_KEY.',
  nameInvalid: 'Use 1 to 64 capital letters, digits and underscores, beginning with a letter.',
  value: 'Value',
  valueHint: 'Used from the next call on. The previous value is overwritten.',
  valueMissing: 'Enter a value.',
  severalLines: 'The value has several lines',
  save: 'Save',
  saved: (name: string) => `${name} is set, from the next call on.`,
  isSet: 'Set',
  required: 'required, not set',
  optional: 'optional, not set',
  undeclared: 'The live version does not declare it.',
  remove: 'Remove',
  removeWhich: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeBody:
    'From the next call on the connector does not have it, and tools that need it fail. The value is deleted.',
  removed: (name: string) => `${name} is removed.`,
  emptyTitle: 'No secret is set',
  emptyLead: 'The live version declares none. Add one for a version that will.',
  emptyNotLive: 'The secrets that a version declares are listed here once it is live. You can set secrets before.',
} as const;

export const CONNECTOR_SETTINGS = {
  title: 'Settings',
  tabs: 'Pages of this connector',
  tabVersions: 'Versions',
  authMode: 'Access',
  authModeLead: 'How callers authenticate at the MCP URL. In force for the next call.',
  authModes: {
    oauth: {
      name: 'Members who sign in, and callers with an API key',
      what: 'Claude and other MCP clients open a page where the member signs in and allows access. Programs may send a key of this organization.',
    },
    api_key: {
      name: 'Callers with an API key only',
      what: 'Claude Code and programs that send a key of this organization. There is no sign-in, so Claude on the web cannot use it.',
    },
    none: {
      name: 'Public: everyone who has the URL',
      what: 'Does not authenticate callers. Suitable for data that may be public.',
    },
  } satisfies Record<AuthMode, { name: string; what: string }>,
  save: 'Save',
  unchanged: 'Nothing is changed yet. Choose the other option first.',
  saved: 'Saved. In force for the next call.',
  openTitle: (name: string) => `Make ${name} public?`,
  openBody:
    'Anyone who learns the URL can call every tool of this connector, with its secrets, as often as the limits allow. Calls cannot be traced to a person.',
  openConfirm: 'Open it',
  demands: {
    title: 'Demands on the sign-in',
    lead: 'Members must have proved this when they signed in. Clients that were connected before have to connect again, and API keys are refused unless an owner lists them.',
    secondFactor: 'Demand a second factor',
    secondFactorHint: 'A code of an authenticator app, or a passkey. Members without one are led to set it up.',
    fresh: 'Demand a recent sign-in',
    freshHint: 'When it becomes older, clients have to connect again, and their members sign in again.',
    minutes: 'Age at most, in minutes',
    exemptKeys: 'API keys that are accepted all the same',
    exemptKeysHint: 'For programs that cannot sign in.',
    isPublic: 'The connector is public. Let members sign in first.',
    save: 'Save the demands',
    unchanged: 'Nothing is changed yet.',
  },
  codeGeneration: 'Dynamic code (eval)',
  codeGenerationLead:
    'Whether its code may use eval and new Function. Some libraries need it; it also makes an injection easier to abuse.',
  codeGenerationAllow: 'Allow eval and new Function',
} as const;
