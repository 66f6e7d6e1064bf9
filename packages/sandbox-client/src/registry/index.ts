export { type Registration, registerSupervisor } from './announce-supervisor.ts';
export { openSupervisors } from './open-supervisors.ts';
export { registeredSupervisors } from './registered-supervisors.ts';
