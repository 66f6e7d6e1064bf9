import type {
  ArgumentCondition,
  Effect,
  PolicyConditions,
  Scalar,
  TimeWindow,
  ToolAnnotations,
  ToolKind,
  Weekday,
} from './policy.ts';
import { effectKind } from './tool-kind.ts';

const KIND_WORDS: Readonly<Record<ToolKind, string>> = {
  read: 'tools that only read',
  write: 'tools that write and destroy nothing',
  destructive: 'tools that can destroy something',
  interactive: 'tools with a page of their own',
};

const DAY_WORDS: Readonly<Record<Weekday, string>> = {
  mon: 'Mondays',
  tue: 'Tuesdays',
  wed: 'Wednesdays',
  thu: 'Thursdays',
  fri: 'Fridays',
  sat: 'Saturdays',
  sun: 'Sundays',
};

/** "blocks", to be followed by the calls that a policy is for. */
export function describeEffect(effect: Effect): string {
  switch (effect) {
    case 'always_allow':
      return 'allows';
    case 'needs_approval':
      return 'asks for approval of';
    case 'blocked':
      return 'blocks';
  }
}

/**
 * The calls that a policy is for, in words: "calls of tools named delete_*, at connector github". Names no member of a
 * group and no person, because callers read it.
 */
export function describeConditions(when: PolicyConditions): string {
  const parts = [
    when.tools && `of tools named ${list(when.tools)}`,
    when.kinds && `of ${list(when.kinds.map((kind) => KIND_WORDS[kind]))}`,
    when.connectors && `at ${when.connectors.length === 1 ? 'connector' : 'connectors'} ${list(when.connectors)}`,
    when.roles && `by callers with role ${list(when.roles)}`,
    when.callers && 'by certain callers',
    when.groups && 'by members of certain groups',
    when.exceptGroups && 'by all callers outside certain groups',
    when.clients && `with client ${list(when.clients)}`,
    ...(when.arguments ?? []).map(describeArgument),
    when.window && describeWindow(when.window),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'every call' : `calls ${parts.join(', ')}`;
}

/** Why a call without a matching policy runs or needs approval. */
export function describeDefault(tool: string, annotations: ToolAnnotations): string {
  switch (effectKind(annotations)) {
    case 'read':
      return `${tool} only reads.`;
    case 'write':
      return `${tool} writes, and declares that it destroys nothing.`;
    case 'destructive':
      return annotations.destructiveHint === true
        ? `${tool} declares that it can destroy something.`
        : `${tool} does not declare whether it only reads or can destroy something.`;
  }
}

function describeArgument({ path, equals, oneOf, prefix, min, max }: ArgumentCondition): string {
  const parts = [
    equals !== undefined && `is ${show(equals)}`,
    oneOf !== undefined && `is ${list(oneOf.map(show))}`,
    prefix !== undefined && `begins with ${show(prefix)}`,
    min !== undefined && `is at least ${min}`,
    max !== undefined && `is at most ${max}`,
  ].filter((part) => part !== false);
  return `where the argument ${path} ${parts.join(' and ')}`;
}

function describeWindow({ days, from, to, zone }: TimeWindow): string {
  const when = days.length === 7 ? 'every day' : `on ${days.map((day) => DAY_WORDS[day]).join(', ')}`;
  return `${when} from ${from} to ${to} (${zone})`;
}

const list = (items: readonly string[]) => items.join(' or ');
const show = (value: Scalar) => JSON.stringify(value);
