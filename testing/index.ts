/** Tests of workflows: from files (`*.test.yaml`, as `sluice test` runs them) and from test programs. */
export type { FileReport, LoadedWorkflow, LocatedUnmet, TestReport } from './run-test-file.ts';
export { runTestFile, type TestFileOptions } from './run-test-file.ts';
export type { Happening } from './scenario.ts';
export type { Stub, StubCall, StubOutcome, Stubs } from './stub.ts';
export { testFileJsonSchema } from './test-file/json-schema.ts';
export { type TestRun, type TestWorkflowOptions, type TimelineEntry, testWorkflow } from './test-workflow.ts';
