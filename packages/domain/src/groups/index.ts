export {
  addGroupMember,
  createGroup,
  deleteGroup,
  type Group,
  type GroupReference,
  groupsOf,
  listGroups,
  lockGroups,
  removeGroupMember,
  renameGroup,
} from './groups.ts';
