export { findProgram } from './find-program.ts';
export {
  type DebianProgram,
  type FindOptions,
  type Found,
  findBubblewrap,
  findDebianProgram,
  findRedis,
  type Program,
} from './find-programs.ts';
