export { isReservedToolName } from '@patchbay/mcp';
export {
  findNameConflicts,
  type JoinedName,
  loadNames,
  type OrganizationNames,
  type ResourceClaim,
  recordLiveNames,
} from './joined-names.ts';
export type { NameConflict } from './plan-names.ts';
