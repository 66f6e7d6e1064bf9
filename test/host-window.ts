import type { CallToolResult } from '@modelcontextprotocol/client';

/** Messages between the browser page of `app-host/host.ts` and its test. */
export interface HostWindow {
  showApp(shown: {
    readonly html: string;
    readonly theme: 'light' | 'dark';
    readonly input: Record<string, unknown>;
    readonly result: CallToolResult;
  }): Promise<void>;
  /** Given by the test. */
  callTool(name: string, args: Record<string, unknown>): Promise<CallToolResult>;
  /** The messages of the page to the model. */
  readonly messages: string[];
}
