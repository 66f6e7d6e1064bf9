import { ActionIcon } from '@mantine/core';
import { IconHelp } from '@tabler/icons-react';
import { STRINGS } from '../lib/strings.ts';

/** To the documentation that this installation serves, of exactly its version. It is no page of the dashboard. */
export function HelpLink() {
  return (
    <ActionIcon
      component="a"
      href="/-/docs/"
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={STRINGS.documentation}
      title={STRINGS.documentation}
    >
      <IconHelp size={18} aria-hidden />
    </ActionIcon>
  );
}
