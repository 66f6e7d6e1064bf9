export {
  createEndpointDirectory,
  type Endpoint,
  type EndpointDirectory,
  type EndpointDirectoryOptions,
  type LiveConnectors,
} from './endpoint-directory.ts';
