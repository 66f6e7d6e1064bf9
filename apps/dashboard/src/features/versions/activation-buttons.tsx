'use client';

import { Button, Group, Modal, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { Connector, VersionSummary } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { type ConnectorPath, useActivation } from './use-versions.ts';

const T = STRINGS.versions;

interface Confirmation {
  readonly label: string;
  readonly title: string;
  readonly body: string;
}

/** Back to the version that served before, whichever that was. */
export function RollBackButton({ organization, connector }: { organization: string; connector: Connector }) {
  return (
    <ActivationButton
      path={{ organization, connector: connector.slug }}
      number={null}
      action={connector.actions.rollBack}
      words={{ label: T.rollBack, title: T.rollBackPreviousTitle, body: T.rollBackBody }}
    />
  );
}

/** Makes one version live: forward it is called to activate, backward to roll back. */
export function ActivateButton({
  path,
  version,
  live,
}: {
  path: ConnectorPath;
  version: VersionSummary;
  live: number | null;
}) {
  const isBackward = live !== null && version.number < live;
  const words = isBackward
    ? { label: T.rollBackTo, title: T.rollBackTitle(version.number), body: T.rollBackBody }
    : { label: T.activate, title: T.activateTitle(version.number), body: T.activateBody };
  const action = isBackward ? version.actions.rollBackTo : version.actions.activate;
  return <ActivationButton path={path} number={version.number} action={action} words={words} />;
}

interface ActivationProps {
  readonly path: ConnectorPath;
  readonly number: number | null;
  readonly action: { readonly allowed: boolean; readonly reason: string | null };
  readonly words: Confirmation;
}

/** What is not allowed stays visible, focusable and says why; the rule itself is the API's. */
function ActivationButton({ path, number, action, words }: ActivationProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Tooltip
        label={action.reason}
        disabled={action.allowed || !action.reason}
        multiline
        maw={280}
        events={{ hover: true, focus: true, touch: true }}
      >
        <Button
          size="xs"
          variant="default"
          data-disabled={!action.allowed || undefined}
          aria-disabled={!action.allowed || undefined}
          aria-description={action.allowed ? undefined : (action.reason ?? undefined)}
          onClick={action.allowed ? open : undefined}
        >
          {words.label}
        </Button>
      </Tooltip>
      <Modal.Root opened={isOpen} onClose={close} centered>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body pt="md">
            <Modal.Title fw={600} mb="xs">
              {words.title}
            </Modal.Title>
            {isOpen && <ConfirmActivation path={path} number={number} words={words} onDone={close} />}
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}

function ConfirmActivation({ path, number, words, onDone }: Omit<ActivationProps, 'action'> & { onDone: () => void }) {
  const activation = useActivation(path);
  const confirm = () =>
    activation.mutate(number, {
      onSuccess: (deployment) => {
        const isHeld = deployment.state === 'held';
        const message = isHeld ? T.held(deployment.versionNumber) : T.activated(deployment.versionNumber);
        notifications.show({ message, color: isHeld ? 'yellow' : 'teal' });
        onDone();
      },
    });
  return (
    <Stack>
      <Text size="sm">{words.body}</Text>
      {activation.error && <ProblemNotice problem={showError(activation.error)} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone} data-autofocus>
          {STRINGS.cancel}
        </Button>
        <Button onClick={confirm} loading={activation.isPending}>
          {words.label}
        </Button>
      </Group>
    </Stack>
  );
}
