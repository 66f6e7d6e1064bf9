import type { ChangeFeed } from '../changes/index.ts';
import type { AuthMode } from '../connectors/index.ts';
import type { Database } from '../database/index.ts';

/** Organization + connector + one version behind one URL. */
export interface Endpoint {
  readonly organizationId: string;
  readonly organizationSlug: string;
  readonly connectorId: string;
  readonly connectorSlug: string;
  readonly connectorName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  /** False for the preview URL of a numbered version. */
  readonly live: boolean;
  readonly artifactDigest: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly settingsRevision: number;
  readonly authMode: AuthMode;
  /** Canonical path of the URL: `/acme/weather/mcp`, `/acme/weather@3/mcp`. */
  readonly resource: string;
}

export interface EndpointDirectoryOptions {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly entriesMax?: number;
}

export interface EndpointDirectory {
  /** Null when there is no such endpoint, nothing is live, or it is out of service. @throws AppError `data.stale` */
  resolve(organizationSlug: string, connectorSlug: string, version?: number): Promise<Endpoint | null>;
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): void;
}

export declare function createEndpointDirectory(options: EndpointDirectoryOptions): EndpointDirectory;
