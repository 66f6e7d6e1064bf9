export { openSupervisors } from './open-supervisors.ts';
export { type Registration, registerSupervisor } from './register-supervisor.ts';
export { RegisteredSupervisors } from './registered-supervisors.ts';
