/**
 * Walls a test takes away to show that the attempts it makes would get through without them. A driver that lacks one says
 * so in its probe, and a host on top of it runs nobody's code.
 */
export type Wall =
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
