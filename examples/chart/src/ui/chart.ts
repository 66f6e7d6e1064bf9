import { type App, type AppToolResult, connectApp } from '@patchbay/connector/app';

interface Sales {
  readonly year: number;
  readonly unit: string;
  readonly months: readonly { readonly month: string; readonly value: number }[];
}

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
};
const [bars, notice, picked] = [element('bars'), element('notice'), element('picked')];

let shown: Sales | undefined;
let app: App | undefined;

function show(result: AppToolResult): void {
  if (result.isError || result.structuredContent === undefined) {
    notice.textContent = result.content.find(({ text }) => text)?.text ?? 'There are no numbers.';
    return;
  }
  shown = result.structuredContent as Sales; // the output schema of the tool
  element('year').textContent = String(shown.year);
  notice.textContent = '';
  picked.textContent = '';
  draw(shown);
}

function draw({ months, unit }: Sales): void {
  const highest = Math.max(...months.map(({ value }) => value), 1);
  bars.replaceChildren(
    ...months.map(({ month, value }) => {
      const bar = document.createElement('span');
      bar.style.height = `${Math.round((value / highest) * 130)}px`;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'month';
      button.setAttribute('aria-label', `${month}: ${value} ${unit}`);
      button.setAttribute('aria-pressed', 'false');
      button.append(bar, month);
      button.addEventListener('click', () => pick(button, `${month}: ${value} ${unit}`));
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
}

function pick(button: HTMLElement, text: string): void {
  for (const other of bars.querySelectorAll('button')) other.setAttribute('aria-pressed', String(other === button));
  picked.textContent = text;
  // The model should know what "this month" means in the next question. Hosts without that are fine too.
  app?.updateModelContext(`The person picked ${text} of ${shown?.year}.`).catch(() => {});
}

async function go(years: number): Promise<void> {
  if (!app || !shown) return;
  try {
    show(await app.callTool('load_sales', { year: shown.year + years }));
  } catch (error) {
    notice.textContent = error instanceof Error ? error.message : String(error);
  }
}

element('earlier').addEventListener('click', () => void go(-1));
element('later').addEventListener('click', () => void go(1));

connectApp({
  onInput: ({ year }) => {
    element('year').textContent = String(year ?? '');
  },
  onResult: show,
  onCancelled: () => {
    notice.textContent = 'The call was cancelled.';
  },
}).then(
  (connected) => {
    app = connected;
  },
  (error: unknown) => {
    notice.textContent = `No host answered: ${error instanceof Error ? error.message : String(error)}`;
  },
);
