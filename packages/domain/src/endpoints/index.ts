export {
  createEndpointDirectory,
  type Endpoint,
  type EndpointDirectory,
  type EndpointDirectoryOptions,
} from './endpoint-directory.ts';
