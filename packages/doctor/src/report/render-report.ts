import { CLIENTS } from '../rules/index.ts';
import { STEPS, WAYS } from '../steps/step.ts';
import type { StepResult } from '../steps/step-log.ts';
import type { Cell, Finding, Report } from './report.ts';

export interface RenderOptions {
  /** Columns of the terminal. */
  readonly width: number;
}

const MARKS: Readonly<Record<StepResult['state'], string>> = {
  passed: 'ok',
  warned: 'warn',
  failed: 'FAIL',
  not_offered: '-',
  not_tried: '?',
  not_reached: '-',
};

const CELLS: Readonly<Record<Cell['state'], string>> = {
  connects: 'connects',
  connects_with_warnings: 'connects, with a warning',
  fails: 'FAILS',
  not_offered: 'not offered',
  not_tried: 'not tried',
  not_reached: 'not reached',
};

/** A matrix of five clients needs this many columns; below it each cell has a line. */
const WIDE = 110;

/** The report as text, the first failing step first. */
export function renderReport(report: Report, { width }: RenderOptions): string[] {
  const rest = report.findings.filter((finding) => finding !== report.first && finding.severity !== 'note');
  const notes = report.findings.filter(({ severity }) => severity === 'note');
  return [
    ...headline(report, width),
    '',
    'Steps',
    ...report.steps.map(
      (step) => `  ${MARKS[step.state].padEnd(5)}${nameOf(step)}${step.because ? ` (${step.because})` : ''}`,
    ),
    '',
    'Clients',
    ...(width >= WIDE ? wideMatrix(report.matrix) : narrowMatrix(report.matrix)),
    ...section('Further findings', unique(rest), width),
    ...section('Notes', unique(notes), width),
    ...(report.directory.length > 0 ? section('Before the directory of Claude', unique(report.directory), width) : []),
  ];
}

/** One line about a step that ended, for progress. */
export function renderStep(step: StepResult): string {
  return `${MARKS[step.state].padEnd(5)}${nameOf(step)}${step.because ? ` (${step.because})` : ''}`;
}

function headline({ url, first, ok, steps }: Report, width: number): string[] {
  if (first === null) {
    const open = steps.find(({ state }) => state === 'not_tried');
    return [
      `No finding at ${url}.`,
      ...(open === undefined ? [] : [`Not all was tried: ${nameOf(open)} (${open.because}).`]),
    ];
  }
  const begin = ok ? 'The first warning' : 'The first failing step';
  return [`${begin} at ${url}:`, '', ...describe(first, width)];
}

function describe(finding: Finding, width: number): string[] {
  const { source } = finding;
  const clients = finding.clients.map((client) => CLIENTS[client]).join(', ');
  const lines = [
    ['Step', nameOf(finding)],
    ['Received', finding.received],
    ['Means', finding.means],
    ['Concerns', clients],
    ['Do', finding.fix],
    ['Source', `${source.where} (${source.kind}, ${source.date}); rule ${finding.rule}`],
  ] as const;
  return lines.flatMap(([name, text]) => wrap(`  ${name.padEnd(10)}`, text, width));
}

function section(title: string, findings: readonly Finding[], width: number): string[] {
  return findings.length === 0 ? [] : ['', title, ...findings.flatMap((finding) => ['', ...describe(finding, width)])];
}

/** The same in several ways and revisions is one thing to mend. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.rule} ${finding.received}`, finding])).values()];
}

function nameOf({ step, way, revision }: Pick<StepResult, 'step' | 'way' | 'revision'>): string {
  const where = [
    way === null || way === 'open' ? null : WAYS[way],
    step === 'discover' || step === 'initialize' ? null : revision,
  ];
  const shown = where.filter((one) => one !== null).join(', ');
  return shown === '' ? STEPS[step] : `${STEPS[step]}: ${shown}`;
}

function wideMatrix(matrix: readonly Cell[]): string[] {
  const clients = [...new Set(matrix.map(({ client }) => client))];
  const rows = [...new Set(matrix.map(rowOf))];
  const head = ['', ...clients.map((client) => CLIENTS[client].split(' (', 1).join(''))];
  const body = rows.map((row) => [
    row,
    ...clients.map((client) => {
      const cell = matrix.find((one) => rowOf(one) === row && one.client === client);
      return cell === undefined
        ? ''
        : `${CELLS[cell.state].split(',', 1)}${cell.state === 'connects_with_warnings' ? ' (!)' : ''}`;
    }),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => (row[column] ?? '').length)));
  return [head, ...body].map((row) =>
    `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

function narrowMatrix(matrix: readonly Cell[]): string[] {
  const rows = [...new Set(matrix.map(rowOf))];
  return rows.flatMap((row) => [
    `  ${row}`,
    ...matrix
      .filter((cell) => rowOf(cell) === row)
      .map(({ client, state }) => `    ${CLIENTS[client]}: ${CELLS[state]}`),
  ]);
}

const rowOf = ({ way, revision }: Cell): string => `${WAYS[way]}, ${revision}`;

/** Words broken at the width, each line below the first aligned with it. */
function wrap(begin: string, text: string, width: number): string[] {
  const room = Math.max(20, width - begin.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, index) => `${index === 0 ? begin : ' '.repeat(begin.length)}${one}`);
}
