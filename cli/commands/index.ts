/**
 * All commands, in the order of the help. A new one is a file beside this one and a line here. Each is loaded only when it
 * is asked for, since the libraries of one (BullMQ, the compiler) would keep all others waiting.
 */
import type { CommandDefinition } from '../command.ts';

export interface ListedCommand {
  readonly name: string;
  load(): Promise<CommandDefinition>;
}

export const COMMANDS: readonly ListedCommand[] = [
  { name: 'init', load: async () => (await import('./init.ts')).initCommand },
  { name: 'run', load: async () => (await import('./run.ts')).runCommand },
  { name: 'validate', load: async () => (await import('./validate.ts')).validateCommand },
  { name: 'test', load: async () => (await import('./test.ts')).testCommand },
  { name: 'graph', load: async () => (await import('./graph.ts')).graphCommand },
  { name: 'plan', load: async () => (await import('./plan.ts')).planCommand },
  { name: 'types', load: async () => (await import('./types.ts')).typesCommand },
  { name: 'schema', load: async () => (await import('./schema.ts')).schemaCommand },
  { name: 'start', load: async () => (await import('./start.ts')).startCommand },
  { name: 'apply', load: async () => (await import('./apply.ts')).applyCommand },
  { name: 'workflows', load: async () => (await import('./workflows.ts')).workflowsCommand },
  { name: 'history', load: async () => (await import('./history.ts')).historyCommand },
  { name: 'rollback', load: async () => (await import('./rollback.ts')).rollbackCommand },
  { name: 'schedules', load: async () => (await import('./schedules.ts')).schedulesCommand },
  { name: 'backfill', load: async () => (await import('./backfill.ts')).backfillCommand },
  { name: 'prune', load: async () => (await import('./prune.ts')).pruneCommand },
  { name: 'watch', load: async () => (await import('./watch.ts')).watchCommand },
  { name: 'up', load: async () => (await import('./up.ts')).upCommand },
  { name: 'server', load: async () => (await import('./server.ts')).serverCommand },
  { name: 'worker', load: async () => (await import('./worker.ts')).workerCommand },
  { name: 'orchestrator', load: async () => (await import('./orchestrator.ts')).orchestratorCommand },
  { name: 'list', load: async () => (await import('./list.ts')).listCommand },
  { name: 'show', load: async () => (await import('./show.ts')).showCommand },
  { name: 'cost', load: async () => (await import('./cost.ts')).costCommand },
  { name: 'diff', load: async () => (await import('./diff.ts')).diffCommand },
  { name: 'explain', load: async () => (await import('./explain.ts')).explainCommand },
  { name: 'logs', load: async () => (await import('./logs.ts')).logsCommand },
  { name: 'artifacts', load: async () => (await import('./artifacts.ts')).artifactsCommand },
  { name: 'cancel', load: async () => (await import('./cancel.ts')).cancelCommand },
  { name: 'pause', load: async () => (await import('./pause.ts')).pauseCommand },
  { name: 'resume', load: async () => (await import('./resume.ts')).resumeCommand },
  { name: 'retry', load: async () => (await import('./retry.ts')).retryCommand },
  { name: 'rerun', load: async () => (await import('./rerun.ts')).rerunCommand },
  { name: 'mark', load: async () => (await import('./mark.ts')).markCommand },
  { name: 'limits', load: async () => (await import('./limits.ts')).limitsCommand },
  { name: 'workers', load: async () => (await import('./workers.ts')).workersCommand },
  { name: 'queues', load: async () => (await import('./queues.ts')).queuesCommand },
  { name: 'notifications', load: async () => (await import('./notifications.ts')).notificationsCommand },
  { name: 'alerts', load: async () => (await import('./alerts.ts')).alertsCommand },
  { name: 'secrets', load: async () => (await import('./secrets.ts')).secretsCommand },
  { name: 'tokens', load: async () => (await import('./tokens.ts')).tokensCommand },
  { name: 'audit', load: async () => (await import('./audit.ts')).auditCommand },
  { name: 'approve', load: async () => (await import('./approve.ts')).approveCommand },
  { name: 'reject', load: async () => (await import('./reject.ts')).rejectCommand },
  { name: 'signal', load: async () => (await import('./signal.ts')).signalCommand },
  { name: 'config', load: async () => (await import('./config.ts')).configCommand },
  { name: 'doctor', load: async () => (await import('./doctor.ts')).doctorCommand },
  { name: 'completion', load: async () => (await import('./completion.ts')).completionCommand },
];
