'use client';

import { Radio, Stack, Text } from '@mantine/core';
import type { Role, RoleDescription } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import classes from '../../ui/choice.module.css';

interface RoleChoiceProps {
  readonly label: string;
  readonly roles: readonly RoleDescription[];
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** One of the roles, each with its permissions; a role that the person may not give stays visible with the reason. */
export function RoleChoice({ label, roles, value, onChange }: RoleChoiceProps) {
  const choose = (chosen: string) => {
    const found = roles.find(({ role }) => role === chosen);
    if (found?.actions.grant.allowed) onChange(found.role);
  };
  return (
    <Radio.Group label={label} value={value} onChange={choose}>
      <Stack gap="xs" mt={6}>
        {roles.map(({ role, actions }) => (
          <Radio
            key={role}
            value={role}
            className={classes.choice}
            disabled={!actions.grant.allowed}
            label={STRINGS.roles.names[role]}
            description={
              <>
                {STRINGS.roles.descriptions[role]}
                {!actions.grant.allowed && actions.grant.reason && (
                  <Text span inherit display="block" fs="italic">
                    {actions.grant.reason}
                  </Text>
                )}
              </>
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
