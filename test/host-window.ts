import type { CallToolResult } from '@modelcontextprotocol/client';

/** What the browser page of `app-host/host.ts` and its test tell each other. */
export interface HostWindow {
  showApp(shown: {
    readonly html: string;
    readonly theme: 'light' | 'dark';
    readonly input: Record<string, unknown>;
    readonly result: CallToolResult;
  }): Promise<void>;
  /** Given by the test. */
  callTool(name: string, args: Record<string, unknown>): Promise<CallToolResult>;
  /** What the page told the model. */
  readonly told: string[];
}
