import type { z } from 'zod';
import type { AppUi } from './app-page.ts';
import { type Tool, type ToolDefinition, tool } from './tool.ts';
import { withText } from './tool-result.ts';

export type AppToolDefinition<Input extends z.ZodObject, Output extends z.ZodType | undefined> = ToolDefinition<
  Input,
  Output
> & {
  /** The page that shows the result: its name, or its name with what it needs. */
  readonly ui: string | AppUi;
};

const PAGE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * A tool with a user interface (MCP Apps): hosts that can show a page show it beside the answer and give it the
 * arguments and the result. Other hosts get the result as text, so a text is added where `run` returns none.
 *
 * The page is `src/ui/<name>.html`; in it, `connectApp` of `@patchbay/connector/app` receives the result.
 *
 * @throws TypeError when the page's name is invalid, or the effect is not declared
 * @example
 * appTool({
 *   title: 'Show sales',
 *   description: 'Draws the sales of a year as a chart. Returns the twelve values.',
 *   readOnly: true,
 *   input: z.object({ year: z.number().int() }),
 *   output: z.object({ months: z.array(z.number()) }),
 *   ui: 'chart',
 *   run: async ({ year }, { fetch }) => ({ months: await loadSales(year, fetch) }),
 * })
 */
export function appTool<
  Input extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Output extends z.ZodType | undefined = undefined,
>(definition: AppToolDefinition<Input, Output>): Tool {
  const { ui: asked, ...rest } = definition;
  const ui: AppUi = typeof asked === 'string' ? { page: asked } : asked;
  if (!PAGE_NAME.test(ui.page)) {
    throw new TypeError(
      `ui: ${JSON.stringify(ui.page)} is not the name of a page. Write 'chart' for src/ui/chart.html: lower-case letters, digits and hyphens.`,
    );
  }
  // The rest of the definition is a tool's: its one additional field is taken out above.
  const plain = tool(rest as unknown as ToolDefinition<Input, Output>);
  return {
    ...plain,
    ui,
    execute: async (args, context) => withText(await plain.execute(args, context), plain.title ?? plain.description),
  };
}
