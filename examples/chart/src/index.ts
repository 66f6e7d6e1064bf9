import { appTool, defineConnector } from '@patchbay/connector';
import { z } from 'zod';
import { FIRST_YEAR, LAST_YEAR, MONTHS, salesOf } from './sales.ts';

const Sales = z.object({
  year: z.number().int(),
  unit: z.string(),
  months: z.array(z.object({ month: z.string(), value: z.number() })).length(12),
});

const input = z.object({
  year: z.number().int().min(FIRST_YEAR).max(LAST_YEAR).describe(`A year from ${FIRST_YEAR} to ${LAST_YEAR}`),
});

function answerFor(year: number): z.infer<typeof Sales> {
  const values = salesOf(year);
  return { year, unit: 'k€', months: MONTHS.map((month, index) => ({ month, value: values[index] ?? 0 })) };
}

export default defineConnector({
  name: 'chart',
  title: 'Chart',
  instructions: 'Use show_sales when a person wants to see or compare the sales of a year.',
  tools: {
    show_sales: appTool({
      title: 'Show sales',
      description: 'Draws the monthly sales of a year as a bar chart. Returns the twelve values.',
      readOnly: true,
      openWorld: false,
      input,
      output: Sales,
      ui: { page: 'chart', prefersBorder: true },
      run: ({ year }) => answerFor(year),
    }),
    load_sales: appTool({
      title: 'Load sales',
      description: 'The monthly sales of a year, for the chart itself.',
      readOnly: true,
      openWorld: false,
      input,
      output: Sales,
      // The model has show_sales; this one is what the buttons of the page call.
      ui: { page: 'chart', prefersBorder: true, visibility: ['app'] },
      run: ({ year }) => answerFor(year),
    }),
  },
});
