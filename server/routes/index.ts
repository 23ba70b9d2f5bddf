/**
 * The route table: all that the API answers, one row an operation, with its method, path, least role, schemas and handler.
 * A new one is a row of a file beside this one. Whoever walks the API (authorization, OpenAPI, tests) walks this.
 */
import type { Route } from '../route.ts';
import { accessRoutes } from './access.ts';
import { alertRoutes } from './alerts.ts';
import { auditRoutes } from './audit.ts';
import { costRoutes } from './costs.ts';
import { everywhereRoutes } from './everywhere.ts';
import { folderRoutes } from './folders.ts';
import { healthRoutes } from './health.ts';
import { liveRoutes } from './live.ts';
import { logRoutes } from './logs.ts';
import { notificationRoutes } from './notifications.ts';
import { operatingRoutes } from './operating.ts';
import { overviewRoutes } from './overview.ts';
import { referenceRoutes } from './reference.ts';
import { rehearsalRoutes } from './rehearsal.ts';
import { runPartRoutes } from './run-parts.ts';
import { runRoutes } from './runs.ts';
import { scheduleRoutes } from './schedules.ts';
import { sessionRoutes } from './session.ts';
import { steeringRoutes } from './steering.ts';
import { tokenRoutes } from './tokens.ts';
import { webhookRoutes } from './webhooks.ts';
import { workflowPageRoutes } from './workflow-pages.ts';
import { workflowRoutes } from './workflows.ts';

const OWN: readonly Route[] = [
  ...healthRoutes,
  ...everywhereRoutes,
  ...runRoutes,
  ...runPartRoutes,
  ...logRoutes,
  ...liveRoutes,
  ...overviewRoutes,
  ...costRoutes,
  ...steeringRoutes,
  ...rehearsalRoutes,
  ...workflowRoutes,
  ...folderRoutes,
  ...workflowPageRoutes,
  ...scheduleRoutes,
  ...operatingRoutes,
  ...accessRoutes,
  ...notificationRoutes,
  ...alertRoutes,
  ...sessionRoutes,
  ...tokenRoutes,
  ...auditRoutes,
  ...webhookRoutes,
];

export const ROUTES: readonly Route[] = [...OWN, ...referenceRoutes(OWN)];
