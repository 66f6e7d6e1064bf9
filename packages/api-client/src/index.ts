import type { components, paths } from './generated/admin-api.ts';

export { ApiProblem, type ProblemBody, readProblem } from './api-problem.ts';
export { type ApiClient, type ApiClientOptions, createApiClient, type SourceUpload } from './create-api-client.ts';
export { readEvents, type StreamEvent } from './event-stream.ts';

export type Schemas = components['schemas'];
export type ActionState = Schemas['ActionState'];
export type ApiKey = Schemas['ApiKey'];
export type AuthMode = Schemas['AuthMode'];
export type Connector = Schemas['Connector'];
export type ConnectorLogLine = Schemas['ConnectorLogLine'];
export type Deployment = Schemas['Deployment'];
export type Finding = Schemas['Finding'];
export type Group = Schemas['Group'];
export type Invitation = Schemas['Invitation'];
export type Me = Schemas['Me'];
export type Member = Schemas['Member'];
export type Organization = Schemas['Organization'];
export type OrganizationLimits = Schemas['OrganizationLimits'];
export type Permission = Schemas['Permission'];
export type Role = Schemas['Role'];
export type RoleDescription = Schemas['RoleDescription'];
export type SecretName = Schemas['SecretName'];
export type Version = Schemas['Version'];
export type VersionSummary = Schemas['VersionSummary'];
export type VersionLogLine = Schemas['VersionLogLine'];
export type VersionStep = Schemas['VersionStep'];
export type { components, paths };
