/** The limits that are visible from outside. */

import { LIMIT_SECTIONS, type RaisedBy } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { pageOf } from './parts.ts';

export const Limit = z
  .object({
    section: z.string().meta({ description: 'The section of the page of limits: `Calls`, `Deploys`.' }),
    name: z.string().meta({ description: 'Unique within its section.' }),
    value: z.number().meta({ description: 'The value unless the party in `raisedBy` chose another.' }),
    unit: z.string().meta({ description: '`ms`, `bytes`, `per second`, or the noun that is counted.' }),
    what: z.string(),
    reason: z.string(),
    raisedBy: z
      .object({
        party: z.enum(['operator', 'owner', 'author']),
        with: z.string().meta({ description: 'The environment variable, setting or option.' }),
      })
      .nullable()
      .meta({ description: 'The party that can choose another value; null when none can.' }),
  })
  .meta({ id: 'Limit' });

function presentRaisedBy(raisedBy: RaisedBy): z.input<typeof Limit>['raisedBy'] {
  if (raisedBy === 'fixed') return null;
  if ('operator' in raisedBy) return { party: 'operator', with: raisedBy.operator };
  if ('owner' in raisedBy) return { party: 'owner', with: raisedBy.owner };
  return { party: 'author', with: raisedBy.author };
}

export const listLimits = defineEndpoint({
  method: 'GET',
  path: '/limits',
  summary: 'List the limits of the platform with their reasons, by section; all of them',
  tag: 'Limits',
  permission: { none: 'the documentation has the same limits' },
  audit: { none: 'a read of what holds for every organization' },
  params: z.object({}),
  reply: pageOf(Limit, 'LimitPage'),
}).personal(async () => ({
  items: LIMIT_SECTIONS.flatMap(({ title: section, limits }) =>
    Object.entries(limits).map(([name, { value, unit, what, reason, raisedBy }]) => ({
      section,
      name,
      value,
      unit,
      what,
      reason,
      raisedBy: presentRaisedBy(raisedBy),
    })),
  ),
  nextCursor: null,
}));
