'use client';

import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState, Connector, VersionSummary } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { type ConnectorPath, useActivation } from './use-versions.ts';

const T = STRINGS.versions;

interface Words {
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
  readonly action: ActionState;
  readonly words: Words;
}

function ActivationButton({ path, number, action, words }: ActivationProps) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <ActionButton action={action} onClick={open}>
        {words.label}
      </ActionButton>
      <Dialog opened={isOpen} onClose={close} title={words.title}>
        <ConfirmActivation path={path} number={number} words={words} onDone={close} />
      </Dialog>
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
    <Confirmation
      body={words.body}
      label={words.label}
      onConfirm={confirm}
      onCancel={onDone}
      isPending={activation.isPending}
      error={activation.error}
    />
  );
}
