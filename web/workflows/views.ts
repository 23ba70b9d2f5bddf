/** What the page of a workflow can show. */
export const WORKFLOW_VIEWS = ['runs', 'graph', 'triggers', 'versions'] as const;
export type WorkflowView = (typeof WORKFLOW_VIEWS)[number];
