'use client';

import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** False while closing would lose what is shown only once: then only the dialog's own buttons close it. */
  readonly closable?: boolean;
  readonly children: ReactNode;
}

/** A dialog whose content is created again each time it opens, so that no earlier input is left in it. */
export function Dialog({ opened, onClose, title, closable = true, children }: DialogProps) {
  return (
    <Modal.Root opened={opened} onClose={onClose} centered closeOnEscape={closable} closeOnClickOutside={closable}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Modal.Title fw={600} mb="sm">
            {title}
          </Modal.Title>
          {opened && children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
