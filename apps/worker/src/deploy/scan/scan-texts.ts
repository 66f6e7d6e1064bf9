import type { NewFinding, Scanner } from './scanner.ts';

/** Sentences that talk to the model instead of describing. Each is a reason to look, not a proof. */
const SIGNS: readonly { readonly matches: RegExp; readonly what: string }[] = [
  {
    matches:
      /\b(ignore|disregard|forget)\b.{0,30}\b(previous|prior|above|other|all)\b.{0,30}\b(instruction|prompt|rule|tool)/i,
    what: 'asks to ignore other instructions',
  },
  {
    matches: /\b(do not|don't|never)\b.{0,40}\b(tell|mention|inform|reveal|show)\b.{0,30}\b(user|human|person)/i,
    what: 'asks to hide something from the person',
  },
  { matches: /<\/?(system|important|instructions?|assistant)>/i, what: 'imitates markup of a prompt' },
  { matches: /\b(system prompt|developer message)\b/i, what: 'talks about the system prompt' },
  {
    matches: /\b(always|must)\b.{0,30}\b(call|use|invoke)\b.{0,30}\b(this tool|first|before)\b/i,
    what: 'demands to be called',
  },
  { matches: /\binstead of\b.{0,40}\b(other|any|the)\b.{0,20}\btool/i, what: 'asks to be used instead of other tools' },
  {
    matches: /\b(read|include|send|pass)\b.{0,40}(~\/|\.ssh|id_rsa|\.env\b|password|api.?key|conversation history)/i,
    what: 'asks for secrets or the conversation',
  },
];
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;

/** Instructions to the model hidden in descriptions, and invisible characters. */
export const scanTexts: Scanner = ({ manifest }) =>
  [
    { subject: '', text: manifest.server.instructions ?? '', isInstruction: true },
    ...[...manifest.tools, ...manifest.prompts, ...manifest.resources].map((item) => ({
      subject: item.name,
      text: `${item.title ?? ''}\n${item.description ?? ''}\n${descriptionsIn(item.inputSchema)}`,
      isInstruction: false,
    })),
  ].flatMap(({ subject, text, isInstruction }) => scanText(subject, text, isInstruction));

function scanText(subject: string, text: string, isInstruction: boolean): NewFinding[] {
  const sign = SIGNS.find(
    ({ matches, what }) => matches.test(text) && !(isInstruction && what === 'demands to be called'),
  );
  const findings: NewFinding[] = [];
  if (sign) {
    findings.push({
      rule: 'instruction_in_description',
      severity: 'warning',
      subject,
      message: `The text ${sign.what}.`,
      hint: 'Describe what the tool does; leave it to the person and the model when to use it.',
    });
  }
  if (INVISIBLE.test(text)) {
    findings.push({
      rule: 'invisible_characters',
      severity: 'error',
      subject,
      message: 'The text holds invisible or direction-changing characters: people see something else than the model.',
      hint: 'Type the text again, without characters copied from elsewhere.',
    });
  }
  return findings;
}

const DEPTH_MAX = 32;

function descriptionsIn(node: unknown, depth = 0): string {
  if (typeof node !== 'object' || node === null || depth > DEPTH_MAX) return '';
  return Object.entries(node)
    .map(([key, value]) =>
      (key === 'description' || key === 'title') && typeof value === 'string'
        ? value
        : descriptionsIn(value, depth + 1),
    )
    .join('\n');
}
