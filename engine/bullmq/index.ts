export { type BullTaskQueueOptions, createBullTaskQueue } from './bull-task-queue.ts';
export type { QueueConnection } from './connection-settings.ts';
export { bullPrefix, jobIdOf } from './job-form.ts';
export { createQueueViewer, type QueueViewer } from './queue-viewer.ts';
export { findStrayTickets, removeTickets, type StrayTicket } from './stray-tickets.ts';
export type { BullWorkerOptions } from './ticket-consumer.ts';
