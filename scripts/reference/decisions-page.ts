/** `docs/adr/README.md`: the decisions in their order, from the first line of each. */
import { renderTable } from './render-table.ts';

const INTRODUCTION = `# Decisions

Each page records one decision: its context, what was decided and what follows. A page is of its day and is not rewritten;
a later one replaces it explicitly. For how things are now, start at [docs/README.md](../README.md). This list is written
by \`npm run reference\`.
`;

/** One decision as a file of `docs/adr/`. */
interface DecisionFile {
  readonly name: string;
  readonly text: string;
}

/** @throws Error when a page does not begin with its title and the number of its file, or two have the same number */
export function renderDecisionsPage(files: readonly DecisionFile[]): string {
  const decisions = files.map(({ name, text }) => {
    const heading = /^# (\d+)\. (.+)/.exec(text);
    if (!heading?.[1] || !heading[2] || Number(heading[1]) !== Number.parseInt(name, 10)) {
      throw new Error(`docs/adr/${name} does not begin with "# NUMBER. TITLE" and the number in its name.`);
    }
    return { number: Number(heading[1]), link: `[${heading[2]}](${name})` };
  });
  const twice = decisions.find(({ number }, index) => decisions.findIndex((one) => one.number === number) < index);
  if (twice) throw new Error(`docs/adr/ has two decisions ${twice.number}: give the later one the next free number.`);
  const rows = decisions.sort((a, b) => a.number - b.number).map(({ number, link }) => [String(number), link]);
  return `${INTRODUCTION}\n${renderTable(['', 'Decision'], rows)}\n`;
}
