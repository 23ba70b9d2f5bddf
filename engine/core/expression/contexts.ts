/** The contexts that an expression may name, and what they hold. Which of them exist where is the DSL's to check. */
export const CONTEXTS: ReadonlyMap<string, string> = new Map([
  ['inputs', 'the inputs of the run'],
  ['tasks', 'outputs, artifacts, status, error, attempts and duration of other tasks'],
  ['self', 'outputs, status, error, attempt and iteration of this task'],
  ['item', 'the item of a `foreach` node'],
  ['index', 'the number of a node within its fan-out, from 0'],
  ['matrix', 'the combination of a `matrix` node'],
  ['broadcast', 'index, total and worker of a `broadcast` node'],
  ['run', 'id, workflow, version, logical_time, interval, started_at, attempt and status of the run'],
  ['env', 'the environment declared in the workflow'],
  ['trigger', 'what started the run'],
  ['secrets', 'the secrets that the workflow names'],
  ['error', 'in `retry.on`: why the attempt failed'],
  ['status', 'in the `success` condition of http: the status of the response'],
  ['headers', 'in the `success` condition of http: the headers of the response'],
  ['body', 'in the `success` condition of http: the body of the response'],
]);
