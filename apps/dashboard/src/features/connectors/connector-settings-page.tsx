'use client';

import { Group, Paper, Radio, Stack, Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState, AuthMode, Connector } from '@patchbay/api-client';
import { useState } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import classes from '../../ui/choice.module.css';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { SectionHead } from '../../ui/section-head.tsx';
import { DemandsForm } from './demands-form.tsx';
import { useUpdateConnector } from './use-update-connector.ts';

const T = STRINGS.connectorSettings;
const AUTH_MODES = ['oauth', 'api_key', 'none'] as const satisfies readonly AuthMode[];

interface ConnectorSettingsProps {
  readonly organization: string;
  readonly connector: Connector;
}

export function ConnectorSettingsPage({ organization, connector }: ConnectorSettingsProps) {
  return (
    <>
      <AuthModeForm organization={organization} connector={connector} />
      <DemandsForm organization={organization} connector={connector} />
      <CodeGenerationForm organization={organization} connector={connector} />
    </>
  );
}

function AuthModeForm({ organization, connector }: ConnectorSettingsProps) {
  const [chosen, choose] = useState(connector.authMode);
  const [isAsking, asking] = useDisclosure(false);
  const update = useUpdateConnector(organization, connector.slug);
  const { update: action, open } = connector.actions;
  const isUnchanged = chosen === connector.authMode;
  const isOpening = chosen === 'none' && !isUnchanged;
  const allowedHere = isOpening ? open : action;
  const save = () =>
    update.mutate(
      { authMode: chosen, ...(isOpening && { confirmOpen: connector.slug }) },
      {
        onSuccess: () => {
          notifications.show({ message: T.saved, color: 'teal' });
          asking.close();
        },
      },
    );
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} bg="var(--surface-raised)" component="section">
      <Stack>
        <SectionHead title={T.authMode} lead={T.authModeLead} />
        <Radio.Group
          aria-label={T.authMode}
          value={chosen}
          onChange={(value) => choose(AUTH_MODES.find((mode) => mode === value) ?? chosen)}
        >
          <Stack gap="xs">
            {AUTH_MODES.map((mode) => (
              <Radio
                key={mode}
                value={mode}
                className={classes.choice}
                disabled={mode !== connector.authMode && !(mode === 'none' ? open : action).allowed}
                label={T.authModes[mode].name}
                description={describe(mode, mode === 'none' ? open : action)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {update.error && !isAsking && <ProblemNotice problem={showError(update.error)} />}
        <Group justify="flex-end">
          <ActionButton
            action={allowedHere.allowed && isUnchanged ? { allowed: false, reason: T.unchanged } : allowedHere}
            size="sm"
            variant="filled"
            loading={update.isPending}
            onClick={isOpening ? asking.open : save}
          >
            {T.save}
          </ActionButton>
        </Group>
      </Stack>
      <Dialog opened={isAsking} onClose={asking.close} title={T.openTitle(connector.name)}>
        <Confirmation
          body={T.openBody}
          label={T.openConfirm}
          isSevere
          typed={connector.slug}
          onConfirm={save}
          onCancel={asking.close}
          isPending={update.isPending}
          error={update.error}
        />
      </Dialog>
    </Paper>
  );
}

/** The effect of the mode; and, where the person may not choose it, the reason. */
function describe(mode: AuthMode, { allowed, reason }: ActionState): string {
  const { what } = T.authModes[mode];
  return allowed || reason === null ? what : `${what} ${reason}`;
}

/** One switch, saved as it is moved; it goes back when the API refuses. */
function CodeGenerationForm({ organization, connector }: ConnectorSettingsProps) {
  const update = useUpdateConnector(organization, connector.slug);
  const action = connector.actions.update;
  const shown = update.isPending ? update.variables.codeGeneration : connector.codeGeneration;
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} bg="var(--surface-raised)" component="section">
      <Stack>
        <SectionHead title={T.codeGeneration} lead={T.codeGenerationLead} />
        <Switch
          label={T.codeGenerationAllow}
          description={action.reason}
          disabled={!action.allowed}
          checked={shown ?? false}
          onChange={(event) =>
            update.mutate(
              { codeGeneration: event.currentTarget.checked },
              { onSuccess: () => notifications.show({ message: T.saved, color: 'teal' }) },
            )
          }
        />
        {update.error && <ProblemNotice problem={showError(update.error)} />}
      </Stack>
    </Paper>
  );
}
