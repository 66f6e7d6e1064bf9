import { type JsonObject, objectAt, own } from '@patchbay/mcp';

/**
 * Whether a client that declared these capabilities at `initialize` may be sent this request.
 * @see 2025-11-25 client/elicitation, client/sampling, client/roots: "Capabilities"
 */
export function mayAsk(method: string, params: JsonObject, capabilities: JsonObject): boolean {
  switch (method) {
    case 'elicitation/create': {
      const declared = objectAt(capabilities, 'elicitation');
      if (declared === undefined) return false;
      if (own(params, 'mode') === 'url') return own(declared, 'url') !== undefined;
      // Before there were modes, an empty object meant forms.
      return Object.keys(declared).length === 0 || own(declared, 'form') !== undefined;
    }
    case 'sampling/createMessage': {
      const declared = objectAt(capabilities, 'sampling');
      const needsTools = own(params, 'tools') !== undefined || own(params, 'toolChoice') !== undefined;
      return declared !== undefined && (!needsTools || own(declared, 'tools') !== undefined);
    }
    case 'roots/list':
      return objectAt(capabilities, 'roots') !== undefined;
    default:
      return false;
  }
}
