export {
  createEndpointDirectory,
  type Endpoint,
  type EndpointDirectory,
  type EndpointDirectoryOptions,
  type LiveConnectors,
} from './endpoint-directory.ts';
export {
  audienceOf,
  connectorResource,
  organizationResource,
  parseResource,
  type ResourceName,
  resourceOf,
} from './resource.ts';
