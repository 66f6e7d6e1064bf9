/**
 * Isolation layers that a test removes to show that the attempts would succeed without them. A driver that lacks one
 * reports it in its probe, and a host with that driver runs no tenant's code.
 */
export type IsolationLayer =
  | 'own root'
  | 'read-only root'
  | 'own network'
  | 'own processes'
  | 'seccomp'
  | 'no capabilities'
  | 'no nested namespaces'
  | 'empty environment'
  | 'closed descriptors'
  | 'sized scratch'
  | 'rlimits'
  | 'cgroups'
  | 'usage watch';
