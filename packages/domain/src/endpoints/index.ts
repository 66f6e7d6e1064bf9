export {
  createEndpointDirectory,
  type Endpoint,
  type EndpointDirectory,
  type EndpointDirectoryOptions,
  type LiveConnectors,
} from './endpoint-directory.ts';
export { audienceOf, connectorResource, organizationResource } from './resource.ts';
