import { isReservedToolName } from '@patchbay/domain/joined-names';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import type { ManifestTool } from '../manifest/check-manifest.ts';
import type { NewFinding, Scanner } from './scanner.ts';

const NAME_LENGTH_MAX = DEPLOY_LIMITS.toolName.value;
const TOOLS_MANY = 100;

/** Names clients refuse, and what a person or a policy needs to judge a tool. */
export const scanTools: Scanner = ({ manifest }) => [
  ...manifest.tools.flatMap((tool) => [...scanName(tool), ...scanWords(tool), ...scanAnnotations(tool)]),
  ...scanCount(manifest.tools.length),
];

function scanName({ name }: ManifestTool): NewFinding[] {
  const findings: NewFinding[] = [];
  if (name.length > NAME_LENGTH_MAX) {
    findings.push({
      rule: 'tool_name_too_long',
      severity: 'error',
      subject: name,
      message: `The name has ${name.length} characters; clients refuse more than ${NAME_LENGTH_MAX}.`,
      hint: 'Shorten the name and put the rest into the title.',
    });
  }
  if (isReservedToolName(name)) {
    findings.push({
      rule: 'tool_name_reserved',
      severity: 'error',
      subject: name,
      message: 'Names that start with _ or patchbay_, or contain __, are reserved for the platform.',
      hint: 'Use another first word, and single underscores between words.',
    });
  }
  return findings;
}

function scanWords({ name, title, annotations, description }: ManifestTool): NewFinding[] {
  const findings: NewFinding[] = [];
  if ((description ?? '').trim() === '') {
    findings.push({
      rule: 'description_missing',
      severity: 'warning',
      subject: name,
      message: 'The tool has no description: a model can only guess when to use it.',
      hint: 'Describe in one or two sentences what it does and what it returns.',
    });
  }
  if ((title ?? annotations?.title ?? '').trim() === '') {
    findings.push({
      rule: 'title_missing',
      severity: 'info',
      subject: name,
      message: 'The tool has no title: people see its technical name.',
      hint: "Add a title, such as title: 'Search pages'.",
    });
  }
  return findings;
}

/** The same rule as the default policy's: reads and declared harmless writes run, everything else waits for a person. */
export function waitsForApproval({ annotations }: ManifestTool): boolean {
  return annotations?.readOnlyHint !== true && annotations?.destructiveHint !== false;
}

function scanAnnotations(tool: ManifestTool): NewFinding[] {
  if (!waitsForApproval(tool)) return [];
  const declared = tool.annotations?.destructiveHint === true;
  return [
    {
      rule: declared ? 'tool_destructive' : 'annotations_missing',
      severity: declared ? 'info' : 'warning',
      subject: tool.name,
      message: declared
        ? 'Each call waits for a person’s approval, because the tool is declared destructive.'
        : 'Each call needs a person’s approval, because the tool does not declare whether it only reads.',
      hint: 'Declare readOnly: true, or destructive: false (in MCP SDKs annotations: { readOnlyHint: true } or { destructiveHint: false }).',
    },
  ];
}

function scanCount(count: number): NewFinding[] {
  if (count <= TOOLS_MANY) return [];
  return [
    {
      rule: 'many_tools',
      severity: 'warning',
      subject: '',
      message: `The connector has ${count} tools; models choose badly among so many.`,
      hint: 'Join related tools, or split the connector.',
    },
  ];
}
