export { AUTH_MODES, type AuthMode, type Connector } from './connector.ts';
export {
  createConnector,
  deleteConnector,
  findConnector,
  getConnector,
  getConnectorBySlug,
  listConnectors,
  lockConnector,
  renameConnector,
  restoreConnector,
} from './connectors.ts';
export { type Demands, hasDemands, NO_DEMANDS, type SignInProof, type UnmetDemand, unmetDemand } from './demands.ts';
export { describeRisks, isOpenUnconfirmed, refuseRisks, writingToolsOf } from './open-access.ts';
export { updateConnector } from './update-connector.ts';
