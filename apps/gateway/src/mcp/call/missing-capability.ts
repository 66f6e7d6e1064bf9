import { type JsonObject, objectAt, own } from '@patchbay/mcp';

/**
 * What a client with these capabilities would have to declare besides before it may be sent this request; null when it
 * may be sent, undefined when no client may be.
 *
 * @see 2026-07-28 basic/patterns/mrtr; 2025-11-25 client/elicitation, client/sampling, client/roots: "Capabilities"
 */
export function missingCapability(
  method: string,
  params: JsonObject,
  capabilities: JsonObject,
): JsonObject | null | undefined {
  switch (method) {
    case 'elicitation/create': {
      const declared = objectAt(capabilities, 'elicitation');
      if (own(params, 'mode') === 'url') {
        return declared && own(declared, 'url') !== undefined ? null : { elicitation: { url: {} } };
      }
      // Before there were modes, an empty object meant forms.
      const takesForms = declared && (Object.keys(declared).length === 0 || own(declared, 'form') !== undefined);
      return takesForms ? null : { elicitation: { form: {} } };
    }
    case 'sampling/createMessage': {
      const declared = objectAt(capabilities, 'sampling');
      const needsTools = own(params, 'tools') !== undefined || own(params, 'toolChoice') !== undefined;
      if (declared && (!needsTools || own(declared, 'tools') !== undefined)) return null;
      return { sampling: needsTools ? { tools: {} } : {} };
    }
    case 'roots/list':
      return objectAt(capabilities, 'roots') === undefined ? { roots: {} } : null;
    default:
      return undefined;
  }
}
