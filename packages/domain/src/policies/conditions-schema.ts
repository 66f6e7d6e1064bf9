import { documentNumber, text } from '@patchbay/foundation';
import { POLICY_BOUNDS, TOOL_KINDS, WEEKDAYS } from '@patchbay/policy';
import { z } from 'zod';
import { ROLES } from '../organizations/index.ts';

const Value = text().min(1).max(POLICY_BOUNDS.valueCharacters);
const Values = z.array(Value).min(1).max(POLICY_BOUNDS.valuesPerCondition);
const Bound = documentNumber();
const Scalar = z.union([text().max(POLICY_BOUNDS.valueCharacters), Bound, z.boolean(), z.null()]);

const ArgumentCondition = z
  .strictObject({
    path: Value.meta({ description: 'JSON Pointer into the arguments: /amount.' }),
    equals: Scalar.optional(),
    oneOf: z.array(Scalar).min(1).max(POLICY_BOUNDS.valuesPerCondition).optional(),
    prefix: Value.optional(),
    min: Bound.optional(),
    max: Bound.optional(),
    ignoreAbsent: z.boolean().optional().meta({ description: 'True: an absent argument does not match.' }),
  })
  .meta({ id: 'ArgumentCondition' });

const TimeWindow = z
  .strictObject({
    days: z.array(z.enum(WEEKDAYS)).min(1).max(WEEKDAYS.length),
    from: text().max(5).meta({ description: '09:00' }),
    to: text().max(5).meta({ description: '17:30; 24:00 is the end of the day.' }),
    zone: Value.meta({ description: 'IANA name of a time zone: Europe/Berlin.' }),
  })
  .meta({ id: 'TimeWindow' });

/** The calls a policy is for, as requests, files and rows hold it. */
export const policyConditions = z
  .strictObject({
    connectors: Values.optional().meta({ description: 'Slugs; `*` matches any run of characters.' }),
    tools: Values.optional().meta({ description: 'Names; `*` matches any run of characters.' }),
    kinds: z.array(z.enum(TOOL_KINDS)).min(1).max(TOOL_KINDS.length).optional(),
    roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length).optional(),
    groups: Values.optional().meta({ description: 'Ids of groups. Matches members of one of them.' }),
    exceptGroups: Values.optional().meta({ description: 'Ids of groups. Matches callers in none of them.' }),
    callers: Values.optional().meta({ description: 'Ids of people and service accounts.' }),
    clients: Values.optional().meta({ description: 'Ids of OAuth clients; `*` matches any run of characters.' }),
    arguments: z.array(ArgumentCondition).min(1).max(POLICY_BOUNDS.argumentConditions).optional(),
    window: TimeWindow.optional(),
  })
  .meta({ id: 'PolicyConditions', description: 'Every given condition must hold; none means every call.' });
