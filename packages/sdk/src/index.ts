export type { AppCsp, AppPermission, AppUi, PageSource } from './app-page.ts';
export { type AppToolDefinition, appTool } from './app-tool.ts';
export type { Batch, BatchOptions } from './batch.ts';
export type { Cache, CacheOptions } from './cache.ts';
export type { AccountChoice, ConnectionFetch } from './connection-fetch.ts';
export type {
  ConnectionDeclaration,
  ConnectionUse,
  ConnectionUses,
  ConnectorAuth,
  DeclaredConnection,
} from './connections.ts';
export type { Context, Log } from './context.ts';
export { CONNECTOR_BRAND, type Connector, type ConnectorDefinition, defineConnector } from './define-connector.ts';
export type { DynamicLists } from './dynamic-lists.ts';
export type { ConnectorManifest, EgressDeclaration, EgressRule, ReadRequest, SecretDeclaration } from './manifest.ts';
export type { DatabaseChoice, PostgresSettings } from './postgres.ts';
export { type Completer, type Prompt, type PromptDefinition, type PromptReturn, prompt } from './prompt.ts';
export {
  type ListedResource,
  type Resource,
  type ResourceDefinition,
  type ResourceReturn,
  type ResourceVariables,
  resource,
} from './resource.ts';
export type { LogLevel, Organization, RunnerConnection, RunnerContext, Runtime, User } from './runtime.ts';
export { type Tool, type ToolDefinition, type ToolEffect, type ToolReturn, tool } from './tool.ts';
export type { JsonValue, ToolResult } from './tool-result.ts';
