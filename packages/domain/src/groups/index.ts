export {
  addGroupMember,
  createGroup,
  deleteGroup,
  type Group,
  type GroupReference,
  groupsOf,
  listGroups,
  removeGroupMember,
  renameGroup,
} from './groups.ts';
