import type { components, paths } from './generated/admin-api.ts';

export { ApiProblem, type ProblemBody, readProblem } from './api-problem.ts';
export { type ApiClient, type ApiClientOptions, createApiClient, type SourceUpload } from './create-api-client.ts';
export { readEvents, type StreamEvent } from './event-stream.ts';

export type Schemas = components['schemas'];
export type Connector = Schemas['Connector'];
export type ConnectorLogLine = Schemas['ConnectorLogLine'];
export type Deployment = Schemas['Deployment'];
export type Finding = Schemas['Finding'];
export type Me = Schemas['Me'];
export type Organization = Schemas['Organization'];
export type Version = Schemas['Version'];
export type VersionSummary = Schemas['VersionSummary'];
export type VersionLogLine = Schemas['VersionLogLine'];
export type VersionStep = Schemas['VersionStep'];
export type { components, paths };
